// <sp-lazy src="…">: after the page is there, fetches what stands in [data-lazy] of the answer and shows it in its place; what it held
// before is for those without script. An answer that fails leaves nothing behind.
class Lazy extends HTMLElement {
  connectedCallback() {
    if (this.hasCome) return
    this.hidden = true
    this.waiting = setTimeout(() => this.load(), 50)
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  async load() {
    const answer = await fetch(this.getAttribute("src"), { redirect: "manual" }).catch(() => null)
    const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null
    const found = page?.querySelector("[data-lazy]")
    if (!found || !found.querySelector(":scope > :not(.no-script-only)")) return
    this.replaceChildren(...found.childNodes)
    this.hasCome = true
    this.hidden = false
  }
}

customElements.define("sp-lazy", Lazy)
