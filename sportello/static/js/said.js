// <sp-said data-ticket data-news>: puts what is said meanwhile at the end of the conversation. Nothing that is being read moves, nor
// the focus. Whoever has begun to write is told above the composer; the form's `seen` waits until he has looked.
class Said extends HTMLElement {
  connectedCallback() {
    this.hear = ({ detail }) => Number(this.dataset.ticket) === detail.ticket && this.take(detail)
    this.greeted = ({ detail }) => (this.own = detail.agent)
    document.addEventListener("live:ticket", this.hear)
    document.addEventListener("live:hello", this.greeted)
    this.addEventListener("click", (event) => event.target.closest("a, button") && this.looked())
  }

  disconnectedCallback() {
    document.removeEventListener("live:ticket", this.hear)
    document.removeEventListener("live:hello", this.greeted)
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
    const composer = document.getElementById("composer")
    const steady = composer?.contains(document.activeElement) ? composer : this.firstInSight()
    const before = steady?.getBoundingClientRect().top
    document.querySelector(".conversation").append(...fresh)
    const author = fresh.at(-1).querySelector(".message__author").textContent
    const told = this.querySelector("[data-told]")
    told.textContent = told.dataset.told.replace("{name}", author)
    if (!hasBegun) this.looked()
    else if (!isOwn) this.warn(author, this.first ?? fresh[0].id)
    if (steady) scrollBy({ top: steady.getBoundingClientRect().top - before, behavior: "instant" })
    const seen = document.querySelector("sp-seen") // It tells once; now there is something new to be seen.
    seen?.disconnectedCallback()
    seen?.connectedCallback()
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
    return document.querySelector(".conversation .message:last-child")?.id.split("-").at(-1) ?? 0
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
