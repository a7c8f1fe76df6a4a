// <sp-sift>: what is typed into its [data-sift] leaves of its [data-sifted] only those that say it, in opened [data-section]s.
class Sift extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", (event) => {
      if (!event.target.matches("[data-sift]")) return
      event.stopPropagation() // Nothing is asked of the server.
      this.sift(event.target.value.toLocaleLowerCase().split(/\s+/).filter(Boolean))
    })
    this.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.matches("[data-sift]")) event.preventDefault()
    })
  }

  sift(words) {
    let found = 0
    for (const section of this.querySelectorAll("[data-section]")) {
      const all = Array.from(section.querySelectorAll("[data-sifted]"))
      for (const it of all) it.hidden = !words.every((word) => it.textContent.toLocaleLowerCase().includes(word))
      const left = all.filter((it) => !it.hidden).length
      section.hidden = !left
      section.open = words.length ? left > 0 : section.querySelector(":checked") !== null
      found += left
    }
    this.querySelector("[data-none]").hidden = found > 0
  }
}

customElements.define("sp-sift", Sift)
