// <sp-pick>: rows with a box input[name=tickets], a box [data-all-rows] for the page and perhaps one input[name=all] for the whole list.
// Within sp-list: x ticks the row under the cursor, Shift with a click or with j and k a range, Mod+A the page and then all, Escape none.
class Pick extends HTMLElement {
  connectedCallback() {
    this.closest("sp-list").addEventListener("row:key", (event) => this.onKey(event))
    this.addEventListener("row:extend", ({ detail }) => this.tick(detail.map((row) => row.querySelector("[name=tickets]")), true))
    this.addEventListener("click", (event) => this.onClick(event))
    this.addEventListener("change", (event) => this.onChange(event))
    this.tell()
  }

  get boxes() { return Array.from(this.querySelectorAll("[name=tickets]")) }

  get all() { return this.querySelector("input[name=all]") }

  onKey(event) {
    const { key, isMod, row } = event.detail
    const boxes = this.boxes
    const box = row?.querySelector("[name=tickets]")
    if (isMod && key === "a" && boxes.length) {
      if (this.all && boxes.every(({ checked }) => checked)) this.all.checked = true
      this.tick(boxes, true)
    } else if (isMod) return
    else if (key === "x" && box) this.tick([(this.from = box)], !box.checked)
    else if (key === "Escape" && boxes.some(({ checked }) => checked)) this.tick(boxes, false)
    else return
    event.preventDefault()
  }

  onClick(event) {
    if (event.target.closest("[data-clear]")) this.tick(this.boxes, false)
    if (!event.target.matches("[name=tickets]")) return
    const boxes = this.boxes
    const [start, end] = [boxes.indexOf(this.from), boxes.indexOf(event.target)]
    if (event.shiftKey && start >= 0) this.tick(boxes.slice(Math.min(start, end), Math.max(start, end) + 1), event.target.checked)
    this.from = event.target
  }

  onChange({ target }) {
    if (target.matches("[data-all-rows]")) this.tick(this.boxes, target.checked)
    if (target === this.all && target.checked) this.tick(this.boxes, true)
    this.tell()
  }

  tick(boxes, on) {
    for (const box of boxes) box.checked = on
    this.tell()
  }

  tell() {
    const boxes = this.boxes
    const count = boxes.filter(({ checked }) => checked).length
    const isWhole = count > 0 && count === boxes.length
    Object.assign(this.querySelector("[data-all-rows]") ?? {}, { checked: isWhole, indeterminate: count > 0 && !isWhole })
    if (this.all && !isWhole) this.all.checked = false
    if (this.all && isWhole) this.measure()
    const said = this.querySelector("[data-count]")
    if (said && count) said.textContent = this.all?.checked && this.size ? said.dataset.allOf.replace("%n%", this.size) : said.dataset.count.replace("%n%", count)
  }

  async measure() {
    if (this.size !== undefined) return
    this.size = ""
    const answer = await fetch(this.all.dataset.size).catch(() => null)
    if (!answer?.ok) return
    this.size = Number(await answer.text()).toLocaleString(document.documentElement.lang)
    const label = this.all.parentElement.querySelector("[data-label]")
    label.textContent = label.dataset.label.replace("%n%", this.size)
    this.tell()
  }
}

customElements.define("sp-pick", Pick)
