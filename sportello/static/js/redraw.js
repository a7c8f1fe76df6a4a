// <sp-redraw><form>…: the server draws anew what depends on what is being written, and nothing is kept. A button "do", or a
// change of a [data-redraws], draws every [data-redraw]; typing only those with data-redraw="live". Enter in a [data-trial] sends
// nothing.
class Redraw extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do]")
      if (button) event.preventDefault()
      if (button) this.draw("[data-redraw]", button)
    })
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("[data-trial]")) event.preventDefault()
    })
    this.addEventListener("input", ({ target }) => {
      clearTimeout(this.waiting)
      const all = target.matches("[data-redraws]")
      if (target.form) this.waiting = setTimeout(() => this.draw(all ? "[data-redraw]" : "[data-redraw=live]", null, target), all ? 0 : 250)
    })
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  // One after the other: a gesture is never lost to what is typed meanwhile.
  draw(...what) {
    const next = () => this.redraw(...what)
    this.last = (this.last ?? Promise.resolve()).then(next, next)
  }

  async redraw(parts, button, changed) {
    const form = this.querySelector("form")
    const body = new FormData(form)
    body.append("do", button?.value ?? "look")
    const answer = await fetch(form.action, { method: "POST", body }).catch(() => null)
    const drawn = new DOMParser().parseFromString(answer?.ok ? await answer.text() : "", "text/html")
    const fresh = Array.from(this.querySelectorAll(parts), (part) => [part, drawn.getElementById(part.id)])
    if (fresh.some(([, next]) => !next)) return button && form.requestSubmit(button) // No answer, or the session is over.
    for (const [part, next] of fresh) part.replaceWith(next)
    const wanted = button ? "[autofocus]" : `[name="${changed.name}"]`
    fresh.map(([, next]) => next.querySelector(wanted)).find(Boolean)?.focus()
  }
}

customElements.define("sp-redraw", Redraw)
