// <sp-browser><button role="switch">: notices in this browser. Switched by a gesture, because browsers ask for leave by one only. The
// service worker subscribes, so that they come also while no page is open; where it cannot, they come while one is (notices.js).
// The row [data-this-one] of #browsers is this one: the desk tells it. How it stands is said by the [data-when] that is shown.
const KEY = "sportello-desktop-notices"
const WAYS = ["off", "told", "open", "denied", "none"]

class Browser extends HTMLElement {
  connectedCallback() {
    this.list = document.getElementById("browsers")
    this.button = this.querySelector("[role=switch]")
    this.button.addEventListener("click", () => this.turn())
    this.watch = new MutationObserver(() => this.show())
    this.watch.observe(this.list, { childList: true })
    this.show()
  }

  disconnectedCallback() { this.watch.disconnect() }

  get way() {
    if (!window.Notification || !window.isSecureContext) return "none"
    if (Notification.permission !== "granted") return Notification.permission === "denied" ? "denied" : "off"
    if (this.list.querySelector("[data-this-one]")) return "told"
    return localStorage.getItem(KEY) === "yes" ? "open" : "off"
  }

  show(why = "") {
    const { way } = this
    this.button.disabled = way === "none" || way === "denied"
    this.button.setAttribute("aria-checked", way === "told" || way === "open")
    for (const it of WAYS) document.querySelector(`[data-when=${it}]`).hidden = it !== way
    document.querySelector("[data-why]").textContent = why
  }

  async turn() {
    if (this.isBusy) return
    this.isBusy = true
    await (this.way === "off" ? this.on() : this.off())
    this.isBusy = false
  }

  async on() {
    if ((await Notification.requestPermission()) !== "granted") return this.show()
    const why = await this.subscribe()
    if (why) localStorage.setItem(KEY, "yes")
    else {
      localStorage.removeItem(KEY) // Told by the worker alone.
      const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html")
      this.list.replaceChildren(...page.getElementById("browsers").childNodes)
    }
    this.show(why)
  }

  async off() {
    localStorage.removeItem(KEY)
    const registration = await navigator.serviceWorker?.getRegistration()
    await (await registration?.pushManager?.getSubscription())?.unsubscribe()
    this.list.querySelector("[data-this-one] form")?.requestSubmit()
    this.show()
  }

  // Why it did not succeed; "": it did.
  async subscribe() {
    const registration = await navigator.serviceWorker?.getRegistration()
    if (!registration?.active || !registration.pushManager) return "PushManager"
    return new Promise((answer) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data }) => answer(data)
      registration.active.postMessage("subscribe", [port2])
    })
  }
}

customElements.define("sp-browser", Browser)
