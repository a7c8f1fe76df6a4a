// details.menu closes when one clicks beside it or presses Escape, and gives the focus back.
addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details:is(.menu, .definition)[open]")) if (!menu.contains(event.target)) menu.open = false
})
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return
  for (const menu of document.querySelectorAll("details:is(.menu, .definition)[open]")) {
    menu.open = false
    menu.querySelector("summary").focus()
  }
})
