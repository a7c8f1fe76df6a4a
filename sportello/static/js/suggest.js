// <sp-suggest url="…">: stands in a form and shows the articles that fit its subject and text as one types, each to be read in its place.
// [data-answers] says that one has answered the question: what is written stays, and can be sent all the same.
class Suggest extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form")
    this.typed = ({ target }) => { if (["subject", "text"].includes(target.name)) this.later() }
    this.form.addEventListener("input", this.typed)
    this.addEventListener("click", (event) => this.answer(event.target.closest("[data-answers]")))
    this.later()
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
    this.request?.abort()
    this.form.removeEventListener("input", this.typed)
  }

  later() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.ask(), 400)
  }

  async ask() {
    const { subject, text, visit } = this.form.elements
    const body = new URLSearchParams({ subject: subject.value, text: text.value.slice(0, 1000), visit: visit.value })
    this.request?.abort()
    if ((subject.value + text.value).trim().length < 3) return this.draw(null)
    this.request = new AbortController()
    const { signal } = this.request
    const answer = await fetch(this.getAttribute("url"), { method: "POST", body, signal, redirect: "manual" }).catch(() => null)
    if (!answer?.ok) return // Whoever cannot be helped is not kept from writing either.
    this.draw(new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-told]"))
  }

  // What is open is being read: it stays, as it is. Nothing moves under a hand or an eye, nor does the focus.
  draw(fresh) {
    const list = this.querySelector("[data-list]")
    if (list.contains(document.activeElement)) return
    const here = Array.from(list.children)
    const open = here.filter((it) => it.open)
    const found = Array.from(fresh?.children ?? [])
    const isNew = (it) => !open.some((kept) => kept.dataset.article === it.dataset.article)
    const drawn = [...open, ...found.filter(isNew)]
    if (String(drawn.map((it) => it.dataset.article)) === String(here.map((it) => it.dataset.article))) return
    const before = document.activeElement.getBoundingClientRect().top
    list.replaceChildren(...drawn)
    list.parentElement.hidden = !drawn.length
    this.querySelector("[role=status]").textContent = fresh?.dataset.told ?? ""
    scrollBy({ top: document.activeElement.getBoundingClientRect().top - before, behavior: "instant" })
  }

  async answer(button) {
    if (!button || button.getAttribute("aria-disabled")) return
    button.setAttribute("aria-disabled", "true")
    const body = new URLSearchParams({ helped: "yes", visit: this.form.elements.visit.value })
    const answer = await fetch(button.dataset.answers, { method: "POST", body, redirect: "manual" }).catch(() => null)
    if (answer?.type !== "opaqueredirect") return button.removeAttribute("aria-disabled")
    const thanks = button.closest("details").querySelector("[data-thanks]")
    thanks.textContent = thanks.dataset.thanks
    this.dispatchEvent(new Event("answered", { bubbles: true }))
  }
}

customElements.define("sp-suggest", Suggest)
