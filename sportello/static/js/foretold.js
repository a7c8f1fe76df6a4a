// <sp-foretold url="…"><input name="…">… <p data-told role="status">: what saving it would bring about, asked at the url as one types.
customElements.define("sp-foretold", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => {
      clearTimeout(this.waiting)
      this.waiting = setTimeout(() => this.ask(event.target), 250)
    })
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  async ask(input) {
    const typed = input.value
    const url = new URL(this.getAttribute("url"), location.href)
    url.searchParams.set(input.name, typed)
    const answer = await fetch(url, { redirect: "manual" }).catch(() => null)
    const said = answer?.ok ? await answer.text() : ""
    if (typed === input.value) this.querySelector("[data-told]").textContent = said // Else something was typed meanwhile.
  }
})
