// <sp-letters><form>…[data-letter]: the mail that is being written is shown as it will be read. The buttons [name=preview] of its letter,
// which post to frames beside it, are pressed by themselves: at once when another letter is gone to, a little later while one types.
class Letters extends HTMLElement {
  connectedCallback() {
    this.addEventListener("focusin", ({ target }) => {
      const letter = target.closest("[data-letter]")?.dataset.letter
      if (letter && letter !== this.letter) this.show((this.letter = letter))
    })
    this.addEventListener("input", ({ target }) => {
      if (!target.closest("form") || !this.letter) return
      clearTimeout(this.waiting)
      this.waiting = setTimeout(() => this.show(this.letter), 300)
    })
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  // A form has one navigation under way at a time: the next frame begins when this one has.
  async show(letter) {
    for (const button of this.querySelectorAll(`button[name="preview"][value$=".${letter}"]:not([data-example])`)) {
      button.form.requestSubmit(button)
      await new Promise((resolve) => setTimeout(resolve, 60))
      if (letter !== this.letter) return
    }
  }
}

customElements.define("sp-letters", Letters)
