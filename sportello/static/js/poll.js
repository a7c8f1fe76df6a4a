// <sp-poll src="/jobs/1/progress">: asks again every half second and puts the answer in its own place, until one has no src.
class Poll extends HTMLElement {
  connectedCallback() {
    const src = this.getAttribute("src")
    if (src) this.timer = setTimeout(() => this.look(src), 500)
  }

  disconnectedCallback() { clearTimeout(this.timer) }

  async look(src) {
    const answer = await fetch(src).catch(() => null)
    const drawn = new DOMParser().parseFromString(answer?.ok ? await answer.text() : "", "text/html").getElementById(this.id)
    if (!this.isConnected) return
    if (!drawn) return void (this.timer = setTimeout(() => this.look(src), 3000)) // The server is away for a moment.
    const held = this.contains(document.activeElement) && document.activeElement.id
    this.replaceWith(drawn)
    if (held) (document.getElementById(held) ?? drawn.querySelector("button, a"))?.focus()
  }
}

customElements.define("sp-poll", Poll)
