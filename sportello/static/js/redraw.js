// <sp-redraw><form>…: the server draws anew what depends on what is being written, and nothing is kept. A button "do", or a
// change of a [data-redraws], draws every [data-redraw]; typing only those with data-redraw="live".
class Redraw extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do]")
      if (button) event.preventDefault()
      if (button) this.draw("[data-redraw]", button)
    })
    this.addEventListener("input", ({ target }) => {
      clearTimeout(this.waiting)
      const all = target.matches("[data-redraws]")
      if (target.form) this.waiting = setTimeout(() => this.draw(all ? "[data-redraw]" : "[data-redraw=live]", null, target), all ? 0 : 250)
    })
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  async draw(parts, button, changed) {
    const form = this.querySelector("form")
    const body = new FormData(form)
    body.append("do", button?.value ?? "look")
    const turn = this.turn = (this.turn ?? 0) + 1
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null)
    if (turn !== this.turn) return
    if (!answer?.ok) return button && form.requestSubmit(button)
    const drawn = new DOMParser().parseFromString(await answer.text(), "text/html")
    const fresh = Array.from(this.querySelectorAll(parts), (part) => {
      const next = drawn.getElementById(part.id)
      part.replaceWith(next)
      return next
    })
    const wanted = button ? "[autofocus]" : `[name="${changed.name}"]`
    fresh.map((part) => part.querySelector(wanted)).find(Boolean)?.focus()
  }
}

customElements.define("sp-redraw", Redraw)
