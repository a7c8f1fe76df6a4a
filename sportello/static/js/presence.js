// <sp-presence>: who else has this ticket before his eyes. The one with data-url also tells when somebody writes in #composer here.
const IDLE = 60_000

class Presence extends HTMLElement {
  connectedCallback() {
    this.people = ({ detail }) => this.show(detail.people)
    this.greeted = ({ detail }) => {
      Object.assign(this, { own: detail.agent, key: detail.connection, told: "" })
      this.look()
    }
    document.addEventListener("live:presence", this.people)
    document.addEventListener("live:hello", this.greeted)
    if (!this.dataset.url) return
    this.typed = (event) => {
      if (!event.target.closest?.("#composer")) return
      this.typedAt = Date.now()
      this.look()
    }
    document.addEventListener("input", this.typed)
  }

  disconnectedCallback() {
    document.removeEventListener("live:presence", this.people)
    document.removeEventListener("live:hello", this.greeted)
    if (this.typed) document.removeEventListener("input", this.typed)
  }

  show(people) {
    const drawn = people.filter(({ id }) => id !== this.own).map(({ name, initials, colour, typing }) => {
      const item = document.querySelector("template[data-person]").content.firstElementChild.cloneNode(true)
      item.title = this.dataset[typing || "looking"].replace("{name}", name)
      item.classList.toggle("presence__person--typing", Boolean(typing))
      item.querySelector(".avatar").classList.add(`avatar--${colour}`)
      item.querySelector(".avatar").textContent = initials
      item.querySelector(".presence__word").textContent = item.title
      return item
    })
    this.firstElementChild.replaceChildren(...drawn)
  }

  // Whoever stops for a minute is not writing any more, whatever stands there.
  look() {
    if (!this.dataset.url || !this.key) return
    clearTimeout(this.idle)
    const form = document.getElementById("composer")
    const editor = form?.querySelector("[contenteditable=true]")
    const text = editor?.textContent ?? form?.elements.text?.value ?? ""
    const isTyping = Date.now() - (this.typedAt ?? 0) < IDLE && text.trim()
    const now = isTyping ? new FormData(form).get("kind") ?? "answer" : ""
    if (now) this.idle = setTimeout(() => this.look(), IDLE + 100)
    if (now === this.told) return
    this.told = now
    const body = new URLSearchParams({ csrfmiddlewaretoken: this.dataset.token, connection: this.key, typing: now })
    fetch(this.dataset.url, { method: "POST", body }).catch(() => (this.told = ""))
  }
}

customElements.define("sp-presence", Presence)
