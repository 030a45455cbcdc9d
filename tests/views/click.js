// Use one control of the settings, chosen by a number from 0 to 1; returns its name.
at => {
  const controls = [...document.querySelectorAll('.control button, .control select, .control input')];
  const control = controls[Math.floor(at * controls.length)];
  if (control.tagName === 'SELECT') {
    const offered = [...control.options].filter(option => !option.disabled);
    control.value = offered[Math.floor(at * 997 % 1 * offered.length)].value;
    control.onchange();
  } else control.click();
  return control.dataset.name;
}
