// <sp-sort><form>…</form> … [data-sort="id"] with [data-handle]: drag by the handle, or press the arrow keys on it; the form tells the new
// order, each under the name of the element.
class Sort extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => this.take(event))
    this.addEventListener("keydown", (event) => this.step(event))
  }

  get items() { return Array.from(this.querySelectorAll("[data-sort]")) }

  take(event) {
    const handle = event.target.closest("[data-handle]")
    if (!handle || event.button !== 0) return
    const item = handle.closest("[data-sort]")
    const before = this.order()
    const move = ({ clientY }) => {
      const others = this.items.filter((other) => other !== item)
      const next = others.find((other) => clientY < other.getBoundingClientRect().top + other.offsetHeight / 2)
      if (next !== item.nextElementSibling) item.parentElement.insertBefore(item, next ?? null)
    }
    const drop = () => {
      document.removeEventListener("pointermove", move)
      item.classList.remove("rule--moving")
      if (this.order() !== before) this.tell()
    }
    event.preventDefault()
    handle.focus()
    item.classList.add("rule--moving")
    document.addEventListener("pointermove", move)
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, drop, { once: true })
  }

  step(event) {
    const handle = event.target.closest("[data-handle]")
    if (!handle || !["ArrowUp", "ArrowDown"].includes(event.key)) return
    event.preventDefault()
    const item = handle.closest("[data-sort]")
    const other = event.key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling
    if (!other) return
    event.key === "ArrowUp" ? other.before(item) : other.after(item)
    handle.focus()
    this.tell()
  }

  order() { return this.items.map((item) => item.dataset.sort).join() }

  // The buttons "up" and "down" of the first and the last stand still until the page is drawn anew.
  async tell() {
    const form = this.querySelector("form")
    if (!form) return // Inside a form the order goes with the rest.
    const body = new FormData(form)
    for (const item of this.items) body.append(this.getAttribute("name") ?? "trigger", item.dataset.sort)
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null)
    if (answer?.type !== "opaqueredirect") location.reload()
  }
}

customElements.define("sp-sort", Sort)
