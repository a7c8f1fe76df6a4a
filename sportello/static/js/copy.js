// <sp-copy value="..."><button>: puts the value on the clipboard and says so for a moment.
class Copy extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", () => this.copy())
  }

  async copy() {
    await navigator.clipboard.writeText(this.getAttribute("value"))
    const button = this.querySelector("button")
    const before = button.textContent
    button.textContent = this.getAttribute("done")
    setTimeout(() => { button.textContent = before }, 1500)
  }
}

customElements.define("sp-copy", Copy)
