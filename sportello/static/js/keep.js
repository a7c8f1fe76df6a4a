// <sp-keep key url><form>: what is typed is kept on the server as it is typed, and on this device until the server has it.
// The next page's toast says that it was sent (draft.js). "sp-saving" {promise}: whoever fetches a page waits, so that the words stand in it.
const read = (name) => {
  const kept = localStorage.getItem(name)
  try { return JSON.parse(kept) } catch { return { text: kept } }
}

class Keep extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form")
    this.name = `sportello-draft:${this.getAttribute("key")}`
    this.addEventListener("sp-editor-ready", () => this.restore())
    for (const name of ["input", "change"]) this.addEventListener(name, ({ target }) => { if (target.name) this.changed() })
    this.addEventListener("click", ({ target }) => this.take(target.closest("[data-takes]")?.dataset.takes))
    this.leave = () => { if (this.waiting && !this.isSent) this.save(true) }
    addEventListener("pagehide", this.leave)
    this.go = () => (this.isGoing = true)
    addEventListener("beforeunload", this.go)
  }

  // The page goes on without it: nothing hurries, so that a long text is not too long (keepalive takes 64 kB).
  disconnectedCallback() {
    if (this.waiting && !this.isSent) this.save()
    clearTimeout(this.waiting)
    removeEventListener("pagehide", this.leave)
    removeEventListener("beforeunload", this.go)
  }

  get editor() { return this.querySelector("sp-editor") }

  now() {
    const { text, kind, version } = this.form.elements
    return { text: text.value, html: this.editor.html, kind: kind.value, version: version.value }
  }

  changed() {
    const now = this.now()
    if (now.text.trim() || now.html) localStorage.setItem(this.name, JSON.stringify(now))
    else localStorage.removeItem(this.name)
    this.plan(700)
  }

  plan(delay) {
    clearTimeout(this.waiting)
    this.waiting = setTimeout(() => this.save(), delay)
  }

  // One after the other; a form that is sent waits for the last.
  save(keepalive = false) {
    clearTimeout(this.waiting)
    this.waiting = 0
    if (this.isSent || this.other) return
    this.saving = (this.saving ?? Promise.resolve()).then(() => this.post(keepalive))
    document.dispatchEvent(new CustomEvent("sp-saving", { detail: Promise.allSettled([this.saving]) }))
    return this.saving
  }

  async settled() {
    clearTimeout(this.waiting)
    this.waiting = 0
    this.isSent = true
    await this.saving
  }

  forget() { localStorage.removeItem(this.name) }

  async post(keepalive) {
    const body = new FormData(this.form)
    const sent = this.now()
    for (const name of ["attachments", "own_at"]) body.delete(name)
    this.say("keeping")
    const answer = await fetch(this.getAttribute("url"), { method: "POST", body, keepalive, redirect: "manual" }).catch(() => null)
    if (answer?.type === "opaqueredirect" || answer?.status === 403) return this.notice("expired")
    if (answer?.status === 423) return this.notice("locked")
    if (answer?.status === 409) return this.meet(await answer.json())
    if (!answer?.ok) { this.notice("offline"); return this.isConnected ? this.plan(5000) : undefined }
    const { version } = await answer.json()
    if (version !== null) this.form.elements.version.value = version
    this.notice("")
    this.say("kept")
    const now = this.now()
    const isAll = now.text === sent.text && now.html === sent.html
    if (isAll && !this.isGoing) this.forget() // The page that comes may have been asked for before: without these words.
  }

  restore() {
    const kept = read(this.name)
    const now = this.now()
    if (!kept) return
    if (kept.text === now.text) return this.forget()
    if (now.text.trim() && kept.version !== now.version) return this.meet(kept)
    this.put(kept)
    this.changed()
  }

  put({ text, html, kind }) {
    this.editor.write({ text, html })
    for (const it of this.querySelectorAll(`[name=kind][value=${kind}]`)) it.checked = true
  }

  // Another tab or device has another text: both are shown, one is chosen.
  meet(other) {
    this.other = other
    this.querySelector("[data-other]").textContent = other.text
    this.notice("elsewhere")
  }

  take(which) {
    if (!which) return
    if (which === "other" && this.other) this.put(this.other)
    if (which === "other" && !this.other) this.editor.write({ text: this.querySelector("[data-other]").textContent })
    if (this.other?.version) this.form.elements.version.value = this.other.version
    this.other = null
    this.notice("")
    this.editor.focus()
    this.changed()
  }

  notice(name) {
    for (const it of this.querySelectorAll("[data-notice]:not([data-notice=named])")) it.hidden = it.dataset.notice !== name
    if (name) this.say("")
  }

  say(name) {
    const place = this.querySelector(".composer__kept")
    if (!place) return
    place.textContent = place.dataset[name] ?? ""
    place.dataset.state = name
  }
}

customElements.define("sp-keep", Keep)
