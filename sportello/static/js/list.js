// <sp-list>: rows with a link. j and k, or the arrows, move from link to link (with Shift: a "row:extend" from the one before), o opens.
// What stands within is told the link under the cursor (row:here) and every other key (row:key; who takes it prevents its default).
// The order is kept for this tab, so that a page reached from here finds its neighbours (sp-neighbours); #row comes back to its row.
const isFree = (event) => !event.defaultPrevented && !event.altKey && !document.querySelector("dialog[open]") &&
  !event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]")
const rowOf = (target) => target.closest(".ticket-row")
const linkOf = (row) => row?.querySelector(".ticket-row__subject")
const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }

class List extends HTMLElement {
  connectedCallback() {
    this.listening = new AbortController()
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.listening.signal })
    this.addEventListener("focusin", ({ target }) => this.enter(linkOf(rowOf(target))))
    this.keep()
    const place = location.hash === "#row" && sessionStorage.getItem("list-row")
    if (place) this.links.find((link) => link.pathname === place)?.focus()
  }

  disconnectedCallback() { this.listening.abort() }

  enter(link) {
    if (!link) return
    sessionStorage.setItem("list-row", link.pathname)
    this.dispatchEvent(new CustomEvent("row:here", { detail: link }))
  }

  get links() { return Array.from(this.querySelectorAll(".ticket-row"), linkOf) }

  keep() {
    const url = (rel) => this.querySelector(`.pager [rel=${rel}]`)?.href ?? ""
    const hrefs = this.links.map((link) => link.pathname)
    sessionStorage.setItem("list", JSON.stringify({ here: location.pathname + location.search, hrefs, before: url("prev"), after: url("next") }))
  }

  onKey(event) {
    if (!isFree(event)) return
    const { target, key } = event
    const isMod = event.ctrlKey || event.metaKey
    const told = new CustomEvent("row:key", { cancelable: true, detail: { key, isMod, target, row: rowOf(target) } })
    if ((!isMod && this.walk(event)) || !this.dispatchEvent(told)) event.preventDefault()
  }

  walk({ key, target, shiftKey }) {
    const links = this.links
    const at = links.indexOf(linkOf(rowOf(target)))
    const name = key.length === 1 ? key.toLowerCase() : key
    const step = STEPS[name]
    if (name === "o" && at >= 0) links[at].click()
    else if (step && (name.length === 1 || at >= 0) && links.length) {
      const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step))]
      next.focus()
      if (shiftKey && at >= 0) next.dispatchEvent(new CustomEvent("row:extend", { bubbles: true, detail: [rowOf(links[at]), rowOf(next)] }))
    } else return false
    return true
  }
}

customElements.define("sp-list", List)
