// <sp-combobox url="…"><input type="search">… <div data-found role="listbox">: what is typed is asked at the url, the answer takes the
// place of [data-found]. Up and down choose among its options, Enter follows the chosen one; Escape puts the list away.
// An option with data-fill goes on with the text instead. Without a chosen option Enter sends the form.
class Combobox extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]")
    this.input.setAttribute("role", "combobox")
    this.input.setAttribute("aria-autocomplete", "list")
    this.input.addEventListener("input", () => this.ask())
    this.input.addEventListener("keydown", (event) => this.key(event))
    this.addEventListener("click", (event) => {
      const option = event.target.closest("[data-fill]")
      if (option && !event.ctrlKey && !event.metaKey) this.fill(event, option)
    })
    this.addEventListener("focusout", (event) => { if (this.hasAttribute("fills") && !this.contains(event.relatedTarget)) this.close() })
    this.close()
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  get options() { return Array.from(this.querySelectorAll("[role=option]")) }

  ask() {
    clearTimeout(this.waiting)
    this.mark(null)
    this.waiting = setTimeout(() => this.look(), 80)
  }

  async look() {
    const typed = this.input.value
    const url = new URL(this.getAttribute("url"), location.href)
    url.searchParams.set("q", typed)
    if (this.dataset.ticket) url.searchParams.set("ticket", this.dataset.ticket)
    const answer = await fetch(url, { redirect: "manual" }).catch(() => null)
    const text = answer?.ok ? await answer.text() : ""
    if (typed !== this.input.value) return // Something else was typed meanwhile.
    const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-found]")
    if (fresh) this.querySelector("[data-found]").replaceWith(fresh)
    this.show()
  }

  show() { this.mark(null) }

  close() {
    if (this.hasAttribute("fills")) this.querySelector("[data-found]").hidden = true
    this.mark(null)
  }

  mark(option) {
    for (const other of this.options) other.setAttribute("aria-selected", String(other === option))
    this.chosen = option
    if (option) this.input.setAttribute("aria-activedescendant", option.id)
    else this.input.removeAttribute("aria-activedescendant")
    this.input.setAttribute("aria-expanded", String(this.options.length > 0 && !this.querySelector("[data-found]").hidden))
    option?.scrollIntoView({ block: "nearest" })
  }

  key(event) {
    if (event.isComposing) return
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    const options = this.querySelector("[data-found]").hidden ? [] : this.options
    if (step && options.length) {
      event.preventDefault()
      const at = options.indexOf(this.chosen)
      this.mark(options[at < 0 ? (step > 0 ? 0 : options.length - 1) : (at + step + options.length) % options.length])
    } else if (event.key === "Enter" && this.chosen) {
      event.preventDefault()
      this.chosen.click()
    } else if (event.key === "Escape" && this.hasAttribute("fills") && options.length) {
      event.preventDefault()
      this.close()
    }
  }

  fill(event, option) {
    event.preventDefault()
    const isWhole = !option.dataset.fill.endsWith(":")
    this.input.value = option.dataset.fill + (isWhole ? " " : "")
    this.input.focus()
    this.ask()
  }
}

customElements.define("sp-combobox", Combobox)
