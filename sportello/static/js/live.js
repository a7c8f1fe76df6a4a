// <sp-live data-since="12">: the page's stream of events; each becomes an event of the document, "live:ticket", "live:lists", ….
// Without data-since nothing follows the database where the page was drawn, and it stands still.
// One that is cut is tried again, less and less often, from where it was. A hidden page lets go of its line; of all hidden ones
// one keeps it, for notices: a browser has six lines to a server.
const EVENTS = ["hello", "ticket", "lists", "presence", "answering", "notice", "ping"]

class Live extends HTMLElement {
  connectedCallback() {
    if (!this.dataset.since) return
    this.since = this.dataset.since
    this.tries = 0
    this.told = new Map() // Whatever is drawn anew within the page hears who is here without waiting for the next change.
    this.listening = new AbortController()
    const { signal } = this.listening
    document.addEventListener("visibilitychange", () => this.look(), { signal })
    document.addEventListener("sp-drawn", () => this.told.forEach((detail, name) => this.tell(name, detail)), { signal })
    addEventListener("pagehide", () => this.close(), { signal })
    addEventListener("pageshow", (event) => event.persisted && this.look(), { signal })
    addEventListener("online", () => this.source || this.look(), { signal })
    this.watching = setInterval(() => this.source && Date.now() - this.heard > 60_000 && this.retry(), 10_000) // asleep, or a dead line
    this.look()
  }

  disconnectedCallback() {
    this.listening?.abort()
    clearInterval(this.watching)
    clearTimeout(this.hiding)
    clearTimeout(this.losing)
    this.turn?.abort()
    this.release?.()
    this.close()
  }

  look() {
    clearTimeout(this.hiding)
    this.turn?.abort()
    this.release?.()
    this.turn = this.release = null
    if (document.visibilityState === "visible") this.open()
    else this.hiding = setTimeout(() => this.share(), 5000)
  }

  share() {
    // Whoever is writing an answer is seen to be, also while he looks something up elsewhere.
    if (document.querySelector("sp-presence[data-url]")?.told) return void (this.hiding = setTimeout(() => this.share(), 10_000))
    this.close()
    this.turn = new AbortController()
    navigator.locks?.request("sportello-live", { signal: this.turn.signal }, () => new Promise((release) => {
      this.release = release
      this.open()
    })).catch(() => {})
  }

  open() {
    clearTimeout(this.waiting)
    if (this.source || this.ended) return
    const ticket = document.querySelector("[data-ticket]")?.dataset.ticket ?? ""
    const source = (this.source = new EventSource(`/live?${new URLSearchParams({ ticket, since: this.since })}`))
    this.heard = Date.now()
    for (const name of EVENTS) source.addEventListener(name, (event) => this.hear(name, event))
    source.addEventListener("end", () => this.end())
    source.addEventListener("error", () => this.retry())
  }

  hear(name, event) {
    this.heard = Date.now()
    if (event.lastEventId) this.since = event.lastEventId
    if (name === "hello") this.tries = 0
    this.say(null)
    if (name === "ping") return
    const detail = JSON.parse(event.data)
    if (name === "hello" || name === "presence") this.told.set(name, detail)
    this.tell(name, detail)
  }

  tell(name, detail) { document.dispatchEvent(new CustomEvent(`live:${name}`, { detail })) }

  retry() {
    this.close()
    this.tries += 1
    if (!this.losing) this.losing = setTimeout(() => this.say("lost"), 5000)
    const seconds = Math.min(30, 2 ** Math.min(this.tries, 5) / 2) * (0.5 + Math.random())
    this.waiting = setTimeout(() => (document.visibilityState === "visible" || this.release) && this.open(), seconds * 1000)
  }

  end() {
    this.ended = true
    this.close()
    this.say("ended")
  }

  close() {
    clearTimeout(this.waiting)
    this.source?.close()
    this.source = null
  }

  say(what) {
    clearTimeout(this.losing)
    this.losing = null
    const sign = this.querySelector(".live__lost")
    sign.hidden = !what
    if (what) sign.querySelector("span").textContent = sign.dataset[what]
  }
}

customElements.define("sp-live", Live)
