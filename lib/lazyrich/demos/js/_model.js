// Stands in for a widget's model where there is no kernel: it lives in the page. `put` sets several names before any is announced.
export function localModel(state, saved = () => {}) {
  const heard = new Map();
  const tell = (name) => { for (const handler of heard.get(`change:${name}`) || []) handler(); };
  return {
    get: (name) => state[name],
    set(name, value) { if (state[name] !== value) { state[name] = value; tell(name); } },
    save_changes: saved,
    on(event, handler) { heard.set(event, [...(heard.get(event) || []), handler]); },
    off(event, handler) { heard.set(event, (heard.get(event) || []).filter((each) => each !== handler)); },
    put(values) { Object.assign(state, values); for (const name in values) tell(name); },
  };
}
