// <sp-beside><…rows…><aside>: p or Space shows the row under the cursor in the aside (its link's page + "/preview"), and hides it again;
// it moves with the cursor and stays open for this tab. Where CSS leaves no room for it (--room: 0) the keys do nothing.
const isFree = (event) => !event.defaultPrevented && !event.altKey && !document.querySelector("dialog[open]") &&
  !event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable=true]")
const rowOf = (target) => target?.closest?.(".ticket-row")
const linkOf = (row) => row?.querySelector(".ticket-row__subject")

class Beside extends HTMLElement {
  connectedCallback() {
    this.pane = this.querySelector("aside")
    this.pane.hidden = !sessionStorage.getItem("list-beside")
    this.listening = new AbortController()
    document.addEventListener("keydown", (event) => this.onKey(event), { signal: this.listening.signal })
    this.addEventListener("focusin", ({ target }) => this.later(linkOf(rowOf(target))))
    this.later(linkOf(rowOf(document.activeElement)) ?? this.querySelector(".ticket-row__subject"))
  }

  disconnectedCallback() {
    clearTimeout(this.waiting)
    this.listening.abort()
  }

  onKey(event) {
    const isRow = event.target.matches(".ticket-row__subject")
    if (!isFree(event) || event.ctrlKey || event.metaKey || (event.key !== "p" && !(event.key === " " && isRow))) return
    if (getComputedStyle(this).getPropertyValue("--room").trim() !== "1") return
    event.preventDefault()
    this.pane.hidden = !this.pane.hidden
    sessionStorage.setItem("list-beside", this.pane.hidden ? "" : "1")
    this.later(isRow ? event.target : this.querySelector(".ticket-row__subject"))
  }

  later(link) {
    clearTimeout(this.waiting)
    if (link && !this.pane.hidden && this.shown !== link.pathname) this.waiting = setTimeout(() => this.show(link.pathname), 80)
  }

  async show(path) {
    this.shown = path
    const answer = await fetch(`${path}/preview`).catch(() => null)
    if (this.shown !== path) return
    const drawn = new DOMParser().parseFromString(answer?.ok ? await answer.text() : "", "text/html")
    this.pane.replaceChildren(...drawn.body.childNodes)
  }
}

customElements.define("sp-beside", Beside)
