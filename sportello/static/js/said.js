// <sp-said data-ticket data-news>: puts what is said meanwhile at the end of the conversation, and what was merged into the ticket in
// its place, until it is taken back out. Nothing that is being read moves, nor the focus. Whoever has begun to write is told above the
// composer; the form's `seen` waits until he has looked.
const MERGED = ".conversation .message:has([data-origin])"
const originOf = (message) => message.querySelector("[data-origin]").dataset.origin

class Said extends HTMLElement {
  connectedCallback() {
    this.hear = ({ detail }) => Number(this.dataset.ticket) === detail.ticket && this.take(detail)
    this.greeted = ({ detail }) => (this.own = detail.agent)
    document.addEventListener("live:ticket", this.hear)
    document.addEventListener("live:hello", this.greeted)
    this.refreshed = ({ detail }) => this.meet(detail.page)
    document.addEventListener("live:refreshed", this.refreshed)
    this.addEventListener("click", (event) => event.target.closest("a, button") && this.looked())
  }

  disconnectedCallback() {
    document.removeEventListener("live:ticket", this.hear)
    document.removeEventListener("live:hello", this.greeted)
    document.removeEventListener("live:refreshed", this.refreshed)
  }

  // Fetched: it was missed, or is too long to be sent to everybody.
  async take({ html, words, by }) {
    if (words === false) return
    if (!html) {
      const answer = await fetch(`${this.dataset.news}?after=${this.latest()}`).catch(() => null)
      html = answer?.ok && !answer.redirected ? await answer.text() : ""
    }
    const drawn = new DOMParser().parseFromString(html, "text/html")
    const fresh = Array.from(drawn.querySelectorAll(".message")).filter((message) => !document.getElementById(message.id))
    if (fresh.length) this.append(fresh, by === this.own)
  }

  append(fresh, isOwn) {
    const hasBegun = this.hasBegun()
    const author = fresh.at(-1).querySelector(".message__author").textContent
    this.steadily(() => {
      document.querySelector(".conversation").append(...fresh)
      this.say("told", "{name}", author)
      if (!hasBegun) this.looked()
      else if (!isOwn) this.warn(author, this.first ?? fresh[0].id)
    })
    const seen = document.querySelector("sp-seen") // It tells once; now there is something new to be seen.
    seen?.disconnectedCallback()
    seen?.connectedCallback()
  }

  // The same page as the server draws it now: which messages of other tickets stand in it, and where.
  meet(page) {
    const drawn = Array.from(page.querySelectorAll(".conversation .message"))
    const origins = new Set(Array.from(page.querySelectorAll(MERGED), originOf))
    const gone = Array.from(document.querySelectorAll(MERGED)).filter((message) => !origins.has(originOf(message)))
    const isNew = (message) => message.querySelector("[data-origin]") && !document.getElementById(message.id)
    const fresh = drawn.filter(isNew)
    if (!fresh.length && !gone.length) return
    this.steadily(() => {
      for (const message of gone) {
        if (message.contains(document.activeElement)) document.getElementById("main").focus({ preventScroll: true })
        message.remove()
      }
      let last = null
      for (const message of drawn) {
        const there = document.getElementById(message.id)
        if (!there && !fresh.includes(message)) continue // It comes by the stream.
        if (!there) last ? last.after(message) : document.querySelector(".conversation").prepend(message)
        last = there ?? message
      }
    })
    this.say(fresh.length ? "merged" : "parted", "{n}", originOf(fresh[0] ?? gone[0]))
  }

  steadily(change) {
    const composer = document.getElementById("composer")
    const steady = composer?.contains(document.activeElement) ? composer : this.firstInSight()
    const before = steady?.getBoundingClientRect().top
    change()
    if (steady?.isConnected) scrollBy({ top: steady.getBoundingClientRect().top - before, behavior: "instant" })
  }

  say(what, mark, name) {
    const told = this.querySelector("[data-told]")
    told.textContent = told.dataset[what].replace(mark, name)
  }

  warn(author, id) {
    const banner = this.querySelector(".banner")
    const link = banner.querySelector("a")
    this.first = id
    link.textContent = banner.dataset.wrote.replace("{name}", author)
    link.href = `#${id}`
    banner.hidden = false
  }

  looked() {
    const seen = document.querySelector("#composer [name=seen]")
    if (seen) seen.value = this.latest()
    this.first = null
    this.querySelector(".banner").hidden = true
  }

  latest() {
    const own = Array.from(document.querySelectorAll(".conversation .message:not(:has([data-origin]))"), ({ id }) => Number(id.split("-").at(-1)))
    return own.length ? Math.max(...own) : document.querySelector("#composer [name=seen]")?.value ?? 0
  }

  firstInSight() {
    return Array.from(document.querySelectorAll(".message, #composer")).find((it) => it.getBoundingClientRect().bottom > 0)
  }

  hasBegun() {
    const form = document.getElementById("composer")
    const editor = form?.querySelector("[contenteditable=true]")
    return Boolean((editor ?? form?.elements.text)?.[editor ? "textContent" : "value"]?.trim() || editor?.querySelector("img"))
  }
}

customElements.define("sp-said", Said)
