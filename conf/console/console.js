/* The console: asks Berth with the token that was typed, and shows what that token may see. All
   text from outside is set as text, never as markup. */
'use strict';

const base = location.pathname.replace(/\/_berth\/console\/.*$/, '');
const state = { token: null, cloud: null, trees: [], shown: [], point: -1, columns: 1, cell: 10 };
const find = (id) => document.getElementById(id);

function make(name, text, attributes) {
  const element = document.createElement(name);
  if (text !== undefined && text !== null) element.textContent = String(text);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  return element;
}

function number(value) {
  return Math.round(value).toLocaleString('en-US');
}

function tell(text, failed) {
  find('state').textContent = text;
  find('state').classList.toggle('failed', Boolean(failed));
}

async function ask(path, plain) {
  const headers = { accept: plain ? '*/*' : 'application/json', 'openstack-api-version': 'placement latest' };
  if (!plain) headers['x-auth-token'] = state.token;
  const answer = await fetch(base + path, { headers, cache: 'no-store', credentials: 'omit' });
  const text = await answer.text();
  if (answer.ok) return plain ? text : JSON.parse(text);
  let detail = answer.status + ' ' + answer.statusText;
  try {
    const body = JSON.parse(text);
    detail = body.errors ? body.errors[0].detail : body.error.message;
  } catch (reason) { /* not an error document */ }
  throw new Error(detail.trim());
}

/* The cloud. */

const capacityOf = (inventory) => (inventory.total - inventory.reserved) * inventory.allocation_ratio;

function gatherTrees(cloud) {
  const trees = [];
  let tree = null;
  cloud.providers.forEach((provider, place) => {
    if (provider.parent === null) {
      tree = { root: place, end: place, used: {}, capacity: {}, traits: new Set(), aggregates: new Set() };
      trees.push(tree);
    }
    tree.end = place + 1;
    for (const inventory of provider.inventories) {
      tree.used[inventory.class] = (tree.used[inventory.class] || 0) + inventory.used;
      tree.capacity[inventory.class] = (tree.capacity[inventory.class] || 0) + capacityOf(inventory);
    }
    provider.traits.forEach((trait) => tree.traits.add(trait));
    provider.aggregates.forEach((aggregate) => tree.aggregates.add(aggregate));
  });
  return trees;
}

function fillSelect(id, names, first) {
  const select = find(id);
  const chosen = select.selectedOptions[0]?.textContent; /* its place may be another now */
  select.replaceChildren();
  if (first) select.append(make('option', first, { value: '' }));
  names.forEach((name, place) => select.append(make('option', name, { value: String(place) })));
  const again = [...select.options].find((option) => option.textContent === chosen);
  if (again) again.selected = true;
}

function showClasses() {
  const sums = state.cloud.classes.map((name) => ({ name, used: 0, capacity: 0, providers: 0 }));
  for (const provider of state.cloud.providers)
    for (const inventory of provider.inventories) {
      const sum = sums[inventory.class];
      sum.used += inventory.used;
      sum.capacity += capacityOf(inventory);
      sum.providers += 1;
    }
  const body = find('classes').tBodies[0];
  body.replaceChildren();
  for (const sum of sums) {
    const row = make('tr');
    const part = sum.capacity > 0 ? sum.used / sum.capacity : 0;
    const meter = make('meter', null, { min: 0, max: 1, high: 0.8, value: Math.min(part, 1),
      'aria-label': sum.name });
    const cell = make('td', (100 * part).toFixed(1) + '% ');
    cell.append(meter);
    row.append(make('td', sum.name), make('td', number(sum.used)), make('td', number(sum.capacity)),
      make('td', number(sum.providers)), cell);
    body.append(row);
  }
}

/* The map. */

function partOf(tree) {
  const chosen = find('by-class').value;
  const classes = chosen === '' ? Object.keys(tree.capacity) : [chosen];
  let most = null;
  for (const name of classes) {
    if (tree.capacity[name] === undefined) continue;
    const part = tree.capacity[name] > 0 ? tree.used[name] / tree.capacity[name] : tree.used[name] > 0 ? 2 : 0;
    if (most === null || part > most) most = part;
  }
  return most;
}

function colourOf(part, colours) {
  if (part === null) return colours.none;
  if (part > 1) return colours.over;
  return part < 0.34 ? colours.low : part < 0.75 ? colours.middle : colours.high;
}

function filterTrees() {
  const trait = find('by-trait').value;
  const aggregate = find('by-aggregate').value;
  const name = find('by-name').value.toLowerCase();
  state.shown = state.trees.filter((tree) =>
    (trait === '' || tree.traits.has(Number(trait))) &&
    (aggregate === '' || tree.aggregates.has(Number(aggregate))) &&
    (name === '' || state.cloud.providers.slice(tree.root, tree.end).some((provider) =>
      provider.name.toLowerCase().includes(name) || provider.uuid.includes(name))));
  state.point = state.shown.length > 0 ? 0 : -1;
  find('map-count').textContent = number(state.shown.length) + ' of ' + number(state.trees.length) + ' trees';
  drawMap();
}

function drawMap() {
  const canvas = find('map');
  const style = getComputedStyle(document.documentElement);
  const colours = {};
  for (const name of ['none', 'low', 'middle', 'high', 'over', 'text'])
    colours[name] = style.getPropertyValue('--' + name).trim();
  const width = canvas.clientWidth || 320;
  const count = Math.max(state.shown.length, 1);
  state.cell = Math.max(6, Math.min(28, Math.floor(Math.sqrt(width * 420 / count))));
  state.columns = Math.max(1, Math.floor(width / state.cell));
  const height = Math.ceil(count / state.columns) * state.cell;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.height = height + 'px';
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  state.shown.forEach((tree, place) => {
    context.fillStyle = colourOf(partOf(tree), colours);
    context.fillRect((place % state.columns) * state.cell, Math.floor(place / state.columns) * state.cell,
      state.cell - 1, state.cell - 1);
  });
  if (state.point >= 0) {
    context.strokeStyle = colours.text;
    context.lineWidth = 2;
    context.strokeRect((state.point % state.columns) * state.cell,
      Math.floor(state.point / state.columns) * state.cell, state.cell - 1, state.cell - 1);
  }
  showPoint();
}

function showPoint() {
  const tree = state.shown[state.point];
  if (!tree) {
    find('map-point').textContent = '';
    return;
  }
  const parts = Object.keys(tree.capacity).map((name) =>
    state.cloud.classes[name] + ' ' + number(tree.used[name]) + ' / ' + number(tree.capacity[name]));
  find('map-point').textContent = state.cloud.providers[tree.root].name + ': ' + parts.join(', ');
}

function movePoint(to) {
  if (state.shown.length === 0) return;
  state.point = Math.max(0, Math.min(state.shown.length - 1, to));
  drawMap();
}

function placeAt(event) {
  const box = find('map').getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left) / state.cell);
  const place = Math.floor((event.clientY - box.top) / state.cell) * state.columns + column;
  return column < state.columns && place < state.shown.length ? place : -1;
}

/* One tree. */

function showInventories(provider, box) {
  if (provider.inventories.length === 0) return;
  const table = make('table');
  for (const inventory of provider.inventories) {
    const capacity = capacityOf(inventory);
    const part = capacity > 0 ? inventory.used / capacity : inventory.used > 0 ? 1 : 0;
    const row = make('tr');
    const cell = make('td');
    cell.append(make('meter', null, { min: 0, max: 1, high: 0.8, value: Math.min(part, 1),
      'aria-label': state.cloud.classes[inventory.class] }));
    row.append(make('td', state.cloud.classes[inventory.class]),
      make('td', number(inventory.used) + ' / ' + number(capacity)), cell);
    table.append(row);
  }
  box.append(table);
}

async function showConsumers(provider, button, box) {
  button.disabled = true;
  try {
    const answer = await ask('/resource_providers/' + provider.uuid + '/allocations');
    const consumers = Object.entries(answer.allocations);
    const list = make('ul');
    for (const [uuid, held] of consumers.slice(0, 200))
      list.append(make('li', uuid + ': ' + Object.entries(held.resources).map(
        ([name, amount]) => name + ' ' + number(amount)).join(', ')));
    button.replaceWith(make('p', number(consumers.length) + (consumers.length === 1 ? ' consumer' : ' consumers')
      + (consumers.length > 200 ? ', the first 200:' : '')));
    box.append(list);
  } catch (reason) {
    button.disabled = false;
    tell(reason.message, true);
  }
}

function showProvider(provider, depth) {
  const box = make('div', null, { class: 'provider' });
  box.style.marginLeft = Math.min(depth, 8) + 'rem';
  box.append(make('h3', provider.name));
  box.append(make('p', provider.uuid + ', generation ' + provider.generation, { class: 'soft' }));
  showInventories(provider, box);
  if (provider.traits.length > 0)
    box.append(make('p', 'traits: ' + provider.traits.map((trait) => state.cloud.traits[trait]).join(', ')));
  if (provider.aggregates.length > 0)
    box.append(make('p', 'aggregates: ' + provider.aggregates.map(
      (aggregate) => state.cloud.aggregates[aggregate]).join(', ')));
  const button = make('button', 'Consumers', { type: 'button', class: 'consumers' });
  button.addEventListener('click', () => showConsumers(provider, button, box));
  box.append(button);
  return box;
}

function showTree(tree) {
  if (!tree) return;
  const depths = {};
  find('tree').replaceChildren();
  for (let place = tree.root; place < tree.end; place++) {
    const provider = state.cloud.providers[place];
    depths[place] = provider.parent === null ? 0 : depths[provider.parent] + 1;
    find('tree').append(showProvider(provider, depths[place]));
  }
  find('tree-section').hidden = false;
  find('tree-title').focus();
}

/* Explanations. */

/* Adds what is chosen, if there is anything to choose. */
function addToQuery(key, select, before, after) {
  const name = find(select).selectedOptions[0]?.textContent;
  if (!name) return;
  const text = before + name + after;
  const query = new URLSearchParams(find('query').value);
  const others = query.get(key);
  query.set(key, others ? others + ',' + text : text);
  find('query').value = decodeURIComponent(query.toString());
}

function funnelTable(title, rows, all) {
  const table = make('table', null, { class: 'funnel' });
  table.append(make('caption', title));
  const most = Math.max(all, 1);
  for (const [filter, left] of rows) {
    const row = make('tr', null, left === 0 ? { class: 'end' } : {});
    const cell = make('td');
    const bar = make('span', null, { class: 'bar' });
    bar.style.width = (left === null ? 0 : 100 * left / most) + '%';
    cell.append(bar);
    row.append(make('td', filter), make('td', left === null ? '?' : number(left)), cell);
    table.append(row);
  }
  return table;
}

function listOf(title, items) {
  const parts = [];
  if (items.length === 0) return parts;
  const list = make('ul');
  items.forEach((item) => list.append(make('li', item)));
  parts.push(make('h3', title), list);
  return parts;
}

function showExplanation(told) {
  const box = find('explanation');
  box.replaceChildren(make('p', told.cause, { class: 'cause' }));
  for (const group of told.groups)
    box.append(funnelTable(
      (group.suffix ? 'Group ' + group.suffix : 'Group without suffix') + ': ' + group.counts,
      [['all', group.all], ...group.funnel.map((step) => [step.filter, step.left])], group.all));
  if (told.between_groups.length > 0)
    box.append(funnelTable('All groups together: trees',
      told.between_groups.map((step) => [step.filter, step.trees_left]), told.trees));
  box.append(...listOf('Impossible together', told.impossible_sets.map((set) => set.join(' and '))));
  box.append(...listOf('Candidates without one constraint', told.without.map((one) =>
    'without ' + one.constraint + ': ' + (one.candidates === null ? '?' : number(one.candidates))
    + (one.or_more ? ' or more' : ''))));
  box.append(...listOf('Nearest', told.nearest.map((one) => nameOf(one.provider) + ' ' + one.reason +
    (one.more ? ', and ' + one.more + ' more' : ''))));
}

function nameOf(uuid) {
  const provider = state.cloud.providers.find((one) => one.uuid === uuid);
  return provider ? provider.name : uuid;
}

/* The pool. */

async function showPool() {
  const list = find('pool');
  const add = (name, value) => list.append(make('dt', name), make('dd', value));
  list.replaceChildren();
  try {
    const health = await ask('/_berth/health/live', true);
    add('live', JSON.parse(health).live ? 'yes' : 'no');
    const metrics = await ask('/_berth/metrics', true);
    for (const [name, pattern] of [['version', /^berth_info\{version="([^"]*)"\}/m],
      ['workers wanted', /^berth_workers_wanted (\S+)/m],
      ['idle workers', /^berth_workers\{state="idle"\} (\S+)/m],
      ['busy workers', /^berth_workers\{state="busy"\} (\S+)/m],
      ['workers that died', /^berth_workers_died_total (\S+)/m],
      ['SQL statements', /^berth_sql_statements_total (\S+)/m]]) {
      const match = pattern.exec(metrics);
      if (match) add(name, match[1]);
    }
  } catch (reason) {
    add('state', 'not shown to this address: ' + reason.message);
  }
}

/* The page. */

async function load() {
  const token = state.token;
  let cloud;
  tell('Loading ...');
  try {
    cloud = await ask('/_berth/capacity');
  } catch (reason) {
    if (state.token === token) tell(reason.message, true);
    return;
  }
  if (state.token !== token) return; /* it was forgotten, or there is another */
  state.cloud = cloud;
  state.trees = gatherTrees(state.cloud);
  fillSelect('by-class', state.cloud.classes, 'the fullest class');
  fillSelect('by-trait', state.cloud.traits, 'any');
  fillSelect('by-aggregate', state.cloud.aggregates, 'any');
  fillSelect('add-class', state.cloud.classes);
  fillSelect('add-trait', state.cloud.traits);
  find('main').hidden = false;
  find('forget').hidden = false;
  showClasses();
  filterTrees();
  tell(number(state.cloud.providers.length) + ' providers in ' + number(state.trees.length) + ' trees, at '
    + new Date().toLocaleTimeString());
  await showPool();
}

/* Removes what the last token saw. */
function clear() {
  state.cloud = null;
  find('main').hidden = true;
  find('forget').hidden = true;
  for (const id of ['tree', 'explanation', 'pool']) find(id).replaceChildren();
  find('tree-section').hidden = true;
}

function forget() {
  state.token = null;
  clear();
  tell('The token is forgotten.');
}

find('login').addEventListener('submit', (event) => {
  event.preventDefault();
  if (find('token').value !== state.token) clear();
  state.token = find('token').value;
  find('token').value = '';
  load();
});
find('forget').addEventListener('click', forget);
for (const id of ['by-class', 'by-trait', 'by-aggregate']) find(id).addEventListener('change', filterTrees);
find('by-name').addEventListener('input', filterTrees);
find('filters').addEventListener('submit', (event) => event.preventDefault());
find('map').addEventListener('mousemove', (event) => {
  const place = placeAt(event);
  if (place >= 0 && place !== state.point) movePoint(place);
});
find('map').addEventListener('click', (event) => showTree(state.shown[placeAt(event)]));
find('map').addEventListener('keydown', (event) => {
  const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -state.columns, ArrowDown: state.columns };
  if (event.key in steps) movePoint(state.point + steps[event.key]);
  else if (event.key === 'Home') movePoint(0);
  else if (event.key === 'End') movePoint(state.shown.length - 1);
  else if (event.key === 'Enter') showTree(state.shown[state.point]);
  else return;
  event.preventDefault();
});
find('add-resource').addEventListener('click', () =>
  addToQuery('resources', 'add-class', '', ':' + find('add-amount').value));
find('add-required').addEventListener('click', () => addToQuery('required', 'add-trait', '', ''));
find('add-forbidden').addEventListener('click', () => addToQuery('required', 'add-trait', '!', ''));
find('explain').addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = state.token;
  find('explanation').replaceChildren(make('p', 'Searching ...'));
  try {
    const told = await ask('/_berth/explain?' + find('query').value);
    if (state.token === token) showExplanation(told);
  } catch (reason) {
    if (state.token === token)
      find('explanation').replaceChildren(make('p', reason.message, { class: 'cause' }));
  }
});
window.addEventListener('resize', () => { if (state.cloud) drawMap(); });
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  if (state.cloud) drawMap();
});
