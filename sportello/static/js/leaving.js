// <sp-leaving left="9.6" url>: counts down to when an answer leaves, then draws the page anew. Whoever is typing keeps what he types.
class Leaving extends HTMLElement {
  connectedCallback() {
    this.ends = performance.now() + Number(this.getAttribute("left")) * 1000
    this.count = this.querySelector(".leaving__count")
    this.timer = setInterval(() => this.tick(), 200)
    this.tick()
  }

  disconnectedCallback() { clearInterval(this.timer) }

  tick() {
    const left = (this.ends - performance.now()) / 1000
    if (left <= 60) this.count.textContent = left > 0 ? new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "second", unitDisplay: "narrow" }).format(Math.ceil(left)) : ""
    this.style.setProperty("--leaving-left", Math.max(0, Math.min(1, left / 10)))
    if (left > 0 || this.asking) return
    this.asking = true
    this.ask()
  }

  async ask() {
    while (this.isConnected) {
      const answer = await fetch(this.getAttribute("url")).then((it) => it.json(), () => ({ state: "leaving" }))
      if (answer.state !== "leaving") return this.over()
      await new Promise((done) => setTimeout(done, 1000))
    }
  }

  async over() {
    const page = await fetch(location.pathname + location.search).then((it) => it.text(), () => "")
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("#main")
    if (!fresh || !this.isConnected) return
    const main = this.closest("main")
    const isBusy = main.contains(document.activeElement) && main !== document.activeElement
    const isTyping = document.querySelector("#composer [name=text]")?.value
    const hasFocus = main === document.activeElement
    if (!isBusy && !isTyping) {
      main.replaceWith(document.adoptNode(fresh))
      document.dispatchEvent(new Event("sp-drawn"))
      if (hasFocus) fresh.focus({ preventScroll: true })
      return
    }
    main.querySelector(".conversation").replaceWith(document.adoptNode(fresh.querySelector(".conversation")))
    this.remove()
  }
}

customElements.define("sp-leaving", Leaving)
