// Notices as they come: the count at the bell, a toast, and on the desktop where [data-desktop-notices] was pressed in this browser.
const KEY = "sportello-desktop-notices"
const isWanted = () => localStorage.getItem(KEY) === "yes" && window.Notification?.permission === "granted"

document.addEventListener("live:notice", ({ detail }) => {
  const { id, text, subject, ticket, url, unread } = detail
  for (const count of document.querySelectorAll("[data-notices]")) count.textContent = unread
  const isHere = document.querySelector("[data-ticket]")?.dataset.ticket === String(ticket)
  if (document.visibilityState !== "visible") {
    // The same tag in each tab: the desktop shows it once.
    if (isWanted()) new Notification(text, { body: subject, tag: `notice-${id}` }).onclick = () => { window.focus(); location.assign(url) }
  } else if (!isHere) show(subject ? `${text}: ${subject}` : text, url)
})

function show(text, url) {
  const toast = document.querySelector("template[data-toast]").content.firstElementChild.cloneNode(true)
  const link = toast.querySelector("a")
  Object.assign(link, { textContent: text, href: url })
  let toasts = document.querySelector(".toasts")
  if (!toasts) {
    toasts = Object.assign(document.createElement("div"), { className: "toasts" })
    document.querySelector(".shell").append(toasts)
  }
  toasts.append(toast)
  const leave = () => toast.matches(":hover, :focus-within") ? setTimeout(leave, 2000) : toast.remove()
  setTimeout(leave, 8000)
}

// A button with aria-pressed: desktops are asked for leave by a gesture only.
function say() {
  const button = document.querySelector("[data-desktop-notices]")
  if (!button || !window.Notification) return
  button.hidden = Notification.permission === "denied"
  button.setAttribute("aria-pressed", isWanted())
}

document.addEventListener("click", async ({ target }) => {
  if (!target.closest("[data-desktop-notices]") || !window.Notification) return
  if (isWanted()) localStorage.removeItem(KEY)
  else if ((await Notification.requestPermission()) === "granted") localStorage.setItem(KEY, "yes")
  say()
})
document.addEventListener("sp-page", say)
say()
