// <sp-relative-time how="relative|elapsed"><time datetime>: says the age of a time anew every half minute, in the server's words.
const words = JSON.parse(document.documentElement.dataset.timeWords ?? "null")
const UNITS = [["days", 86400], ["hours", 3600], ["minutes", 60]]

class RelativeTime extends HTMLElement {
  connectedCallback() {
    this.timer = setInterval(() => this.say(), 30_000)
  }

  disconnectedCallback() {
    clearInterval(this.timer)
  }

  say() {
    const time = this.querySelector("time")
    const seconds = Math.trunc((Date.now() - Date.parse(time.dateTime)) / 1000)
    const how = this.getAttribute("how")
    const size = how === "elapsed" ? Math.max(0, seconds) : Math.abs(seconds)
    if (!words || (how === "relative" && size >= 7 * 86400)) return // the date stays as the server wrote it
    const [unit, length] = UNITS.find(([, length]) => size >= length) ?? UNITS.at(-1)
    const key = how === "elapsed" ? unit : size < 60 ? "now" : seconds > 0 ? `${unit}_ago` : `in_${unit}`
    time.textContent = words[key].replace("{n}", Math.floor(size / length))
  }
}

customElements.define("sp-relative-time", RelativeTime)
