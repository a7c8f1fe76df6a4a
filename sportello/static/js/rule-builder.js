// <sp-rule-builder>: rows come, go and change their field without the server, which does the same for those without script.
// Behind its form it has a template of a row for each field; the names in them begin with "new".
class RuleBuilder extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const [verb, ...rest] = (event.target.closest("button[name=do]")?.value ?? "").split(".")
      if (verb !== "add" && verb !== "remove") return
      event.preventDefault()
      if (verb === "add") this.add(rest.join("."))
      else this.remove(event.target.closest("[data-row]"))
    })
    this.addEventListener("change", ({ target }) => {
      if (target.matches("[data-kind]")) this.exchange(target.closest("[data-row]"), target)
    })
  }

  draw(kind, field, place) {
    const found = this.querySelectorAll(`template[data-part=${kind}]`)
    const template = Array.from(found).find((candidate) => candidate.dataset.field === field) ?? found[0]
    const row = template.content.firstElementChild.cloneNode(true)
    row.dataset.row = place
    for (const named of row.querySelectorAll("[name^='new.']")) named.name = place + named.name.slice(3)
    row.querySelector("button[value='remove.new']").value = `remove.${place}`
    return row
  }

  add(list) {
    const rows = this.querySelector(`[data-rows="${list}"]`)
    const next = Math.max(-1, ...Array.from(rows.children, (row) => Number(row.dataset.row.split(".").at(-1)))) + 1
    const row = this.draw(list === "actions" ? "action" : "condition", "", `${list}.${next}`)
    rows.append(row)
    row.querySelector("[data-kind]").focus()
  }

  remove(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling
    const focused = next?.querySelector("[data-kind]") ?? row.parentElement.parentElement.querySelector("button[value^=add]")
    const rows = row.parentElement
    row.remove()
    rows.dispatchEvent(new Event("change", { bubbles: true }))
    focused.focus()
  }

  exchange(row, field) {
    const drawn = this.draw(field.dataset.kind, field.value, row.dataset.row)
    row.replaceWith(drawn)
    drawn.querySelector("[data-kind]").replaceWith(field) // Only the first template has all fields in it.
    field.focus()
  }
}

customElements.define("sp-rule-builder", RuleBuilder)
