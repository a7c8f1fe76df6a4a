// <dialog><sp-palette url="…">: a combobox over everything: the commands of this page (its links and keys), and what the server finds.
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()
const named = (element) => (element.getAttribute("aria-label") || element.title || element.labels?.[0]?.textContent || element.textContent).trim().replace(/\s+/g, " ")
const MOST = 6

const define = (Combobox) => customElements.define("sp-palette", class extends Combobox {
  connectedCallback() {
    super.connectedCallback()
    this.dialog = this.closest("dialog")
    this.watch = new MutationObserver(() => { if (this.dialog.open) this.open() })
    this.watch.observe(this.dialog, { attributeFilter: ["open"] })
    this.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]")
      if (!option) return
      this.dialog.close()
      option.command?.click()
      if (option.command?.matches("input, textarea, select")) option.command.focus()
    })
  }

  disconnectedCallback() {
    super.disconnectedCallback()
    this.watch.disconnect()
  }

  open() {
    this.input.value = ""
    this.commands = this.gather()
    this.look()
    this.list()
    this.input.focus()
  }

  ask() {
    super.ask()
    this.list()
  }

  // Links of the navigation, then whatever has a key; each name once.
  gather() {
    const found = new Map()
    for (const element of document.querySelectorAll("main [data-hotkey], .shell__nav a[href]:not(.brand), .shell__nav [data-hotkey]")) {
      const name = named(element.matches("a") && element.querySelector(".truncate") ? element.querySelector(".truncate") : element)
      if (name && !this.dialog.contains(element) && element.getAttribute("commandfor") !== "palette" && !found.has(name)) found.set(name, element)
    }
    return found
  }

  list() {
    const words = folded(this.input.value).split(/\s+/).filter(Boolean)
    const fitting = Array.from(this.commands).filter(([name]) => words.every((word) => ` ${folded(name)}`.includes(` ${word}`)))
    const shown = words.length ? fitting.slice(0, MOST) : fitting
    const group = document.createElement("div")
    group.className = "palette__group"
    group.setAttribute("role", "group")
    group.setAttribute("aria-label", this.dataset.commands)
    const title = Object.assign(document.createElement("p"), { className: "palette__title", textContent: this.dataset.commands })
    title.setAttribute("aria-hidden", "true")
    group.append(title, ...shown.map(([name, element], number) => this.option(name, element, number)))
    this.querySelector("[data-commands-found]").replaceChildren(...(shown.length ? [group] : []))
    this.show()
  }

  option(name, element, number) {
    const option = document.createElement(element.matches("a") ? "a" : "div")
    if (element.matches("a")) option.href = element.href
    else option.command = element
    option.className = "palette__choice"
    option.id = `command-${number}`
    option.setAttribute("role", "option")
    option.tabIndex = -1
    const icon = (element.querySelector("svg") ?? element.closest("label")?.querySelector("svg"))?.cloneNode(true) ?? document.createElement("span")
    const text = Object.assign(document.createElement("span"), { className: "palette__text", textContent: name })
    const key = Object.assign(document.createElement("kbd"), { className: "key", textContent: element.dataset.hotkey ?? "" })
    option.append(icon, text, ...(element.dataset.hotkey ? [key] : []))
    return option
  }

  // The first choice is chosen, so that Enter does what one sees; a number is a ticket before it is anything else.
  show() {
    const status = this.querySelector("[role=status]")
    status.textContent = status.dataset.said.replace("{n}", this.options.length)
    this.mark(this.input.value ? this.options[0] ?? null : null)
  }
})

// Not by an import: files have other names where they are served, and a module under two names would be two.
customElements.whenDefined("sp-combobox").then(define)
