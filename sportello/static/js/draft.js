// <sp-draft key="ticket-12">: what is typed into the textarea survives a reload, a crash and an expired session, until it has been sent.
// append: the page brings a text of its own (a macro's), which follows what was typed.
// The next page, or its toast, says that it was sent: data-sent-draft="ticket-12". What was answered before it was sent (`answered`) is
// forgotten when its author leaves, unless he has gone on.
const name = (key) => `sportello-draft:${key}`
for (const toast of document.querySelectorAll("[data-sent-draft]")) localStorage.removeItem(name(toast.dataset.sentDraft))

class Draft extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea")
    const kept = localStorage.getItem(name(this.getAttribute("key")))
    const brought = this.field.value
    if (kept && !brought) this.field.value = kept
    else if (kept && this.hasAttribute("append")) this.field.value = kept.includes(brought) ? kept : `${kept}\n\n${brought}`
    this.field.addEventListener("input", () => this.keep())
    this.addEventListener("answered", () => (this.isAnswered = true))
    for (const kind of ["input", "submit"]) this.addEventListener(kind, () => (this.isAnswered = false))
    this.leave = () => this.isAnswered && localStorage.removeItem(name(this.getAttribute("key")))
    addEventListener("pagehide", this.leave)
  }

  disconnectedCallback() { removeEventListener("pagehide", this.leave) }

  keep() {
    const key = name(this.getAttribute("key"))
    if (this.field.value.trim()) localStorage.setItem(key, this.field.value)
    else localStorage.removeItem(key)
  }
}

customElements.define("sp-draft", Draft)
