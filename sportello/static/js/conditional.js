// <sp-conditional>…: [data-when='[{"field": 3, "value": "printer", "required": true}]'] is asked when one of its conditions
// holds, which look at [data-field="3"]. What is not asked is hidden and not sent.
class Conditional extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", () => this.follow())
    this.follow()
  }

  follow() {
    for (const part of this.querySelectorAll("[data-when]")) {
      const holding = this.holding(part)
      part.hidden = !holding.length
      for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = part.hidden
      const required = holding.some((condition) => condition.required)
      for (const mark of part.querySelectorAll("[data-when-required]")) mark.hidden = mark.dataset.whenRequired !== String(required)
    }
  }

  // The conditions of a part that hold: their field is asked itself, and has the value. passed: a ring of conditions never holds.
  holding(part, passed = []) {
    if (passed.includes(part)) return []
    return JSON.parse(part.dataset.when).filter((condition) => {
      const parent = this.querySelector(`[data-field="${condition.field}"]`)
      const isAsked = parent && (!parent.dataset.when || this.holding(parent, [...passed, part]).length)
      return isAsked && this.values(parent).includes(condition.value)
    })
  }

  values(part) {
    const controls = Array.from(part.querySelectorAll("input, select, textarea"))
    const said = controls.filter((control) => control.type !== "hidden" && (control.type !== "checkbox" || control.checked))
    return (said.length ? said : controls.filter((control) => control.type === "hidden")).map((control) => control.value)
  }
}

customElements.define("sp-conditional", Conditional)
