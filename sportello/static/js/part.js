// <sp-part id="…">: a form inside is sent and the part with the same id takes its place out of the answer; the page stays, and so does the
// focus: on the control of the same form and name, else on the nearest one that is left. Without an answer the form is sent as usual.
class Part extends HTMLElement {
  connectedCallback() { this.addEventListener("submit", (event) => this.send(event)) }

  async send(event) {
    const { target: form, submitter: button } = event
    if (event.defaultPrevented || form.method !== "post" || this.isPlain) return
    event.preventDefault()
    if (this.isBusy) return
    this.isBusy = true
    const body = new FormData(form, button)
    const answer = await fetch(button?.getAttribute("formaction") || form.action, { method: "POST", body }).catch(() => null)
    const page = new DOMParser().parseFromString(answer && answer.status < 500 ? await answer.text() : "", "text/html")
    const fresh = page.getElementById(this.id)
    this.isBusy = false
    if (!fresh) {
      this.isPlain = true // The session is over, or the server fails: the browser says so.
      return form.requestSubmit(button)
    }
    const focused = document.activeElement
    const place = [form.getAttribute("action"), focused?.name]
    const at = Array.from(this.querySelectorAll("form")).indexOf(form)
    for (const kept of this.querySelectorAll("details[data-keep]")) {
      const next = fresh.querySelector(`details[data-keep="${kept.dataset.keep}"]`)
      if (next && kept.open) next.open = true
    }
    this.replaceChildren(...fresh.childNodes)
    for (const old of document.querySelectorAll(".toasts")) old.remove()
    const refused = page.querySelector(".toasts:has([role=alert])")
    if (refused) document.querySelector(".shell")?.append(refused)
    if (!focused || focused.isConnected) return
    const forms = Array.from(this.querySelectorAll("form"))
    const again = forms.find((it) => it.getAttribute("action") === place[0]) ?? forms[Math.min(at, forms.length - 1)]
    const control = this.querySelector("[autofocus]") ?? again?.querySelector(`[name="${place[1]}"]:not([disabled])`)
    ;(control ?? again?.querySelector("button, input:not([type=hidden])"))?.focus()
  }
}

customElements.define("sp-part", Part)
