// What the table, or an address, has led to.
let led = null;

// Opens what the address points at, and puts the keyboard there. Back at no address, closes it again.
function show() {
  const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!at) {
    if (led) close(led);
    return;
  }
  for (let e = at; e; e = e.parentElement) if (e.tagName === 'DETAILS') e.open = true;
  led = at.closest('details.cell');
  const on = at.querySelector(at.tagName === 'DETAILS' ? 'summary' : 'a');
  if (on) on.focus({ preventScroll: true });
  at.scrollIntoView({ block: at.tagName === 'TR' ? 'center' : 'start' });
}

// Closes what is behind a cell of the table, and goes back to that cell.
function close(behind) {
  behind.open = false;
  led = null;
  const cell = document.querySelector(`.matrix a[href='#${behind.id}']`);
  if (cell) cell.focus();
}

addEventListener('hashchange', show);
addEventListener('keydown', event => {
  const behind = event.key === 'Escape' && document.activeElement.closest('details.cell[open]');
  if (behind) close(behind);
});
// The same address once more is no change of address.
addEventListener('click', event => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || link.getAttribute('href') !== location.hash) return;
  event.preventDefault();
  show();
});
show();
