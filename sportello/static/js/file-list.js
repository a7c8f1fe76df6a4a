// <sp-file-list><input type="file" multiple><ul>: names the chosen files and their sizes, warns of those over `max` bytes.
const size = (bytes) => {
  const [unit, by] = bytes < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6]
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, maximumFractionDigits: 1 }).format(bytes / by)
}

class FileList extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]")
    this.list = this.querySelector("ul")
    this.input.addEventListener("change", () => this.show())
    this.input.form?.addEventListener("reset", () => this.list.replaceChildren())
  }

  show() {
    const max = Number(this.getAttribute("max")) || Infinity
    this.list.replaceChildren(...Array.from(this.input.files, (file) => {
      const item = document.createElement("li")
      item.className = file.size > max ? "attachment attachment--refused" : "attachment"
      const name = Object.assign(document.createElement("span"), { className: "attachment__name", textContent: file.name })
      const bytes = Object.assign(document.createElement("span"), { className: "attachment__size", textContent: size(file.size) })
      item.append(name, bytes)
      return item
    }))
  }
}

customElements.define("sp-file-list", FileList)
