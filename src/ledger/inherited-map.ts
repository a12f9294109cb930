/** A map whose `fork` costs next to nothing: both sides keep what was there and go on each for itself. */
export class InheritedMap<K, V> {
  #own = new Map<K, V>();
  #inherited: InheritedMap<K, V> | undefined;

  get(key: K): V | undefined {
    for (let layer: InheritedMap<K, V> | undefined = this; layer; layer = layer.#inherited) {
      const value = layer.#own.get(key);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  set(key: K, value: V): void {
    this.#own.set(key, value);
  }

  fork(): InheritedMap<K, V> {
    if (this.#own.size > 0) {
      const frozen = new InheritedMap<K, V>();
      frozen.#own = this.#own;
      frozen.#inherited = this.#inherited;
      // a layer is larger than the one above it: a child of a child of a child has few layers to go through
      for (
        let below = frozen.#inherited;
        below && below.#own.size <= frozen.#own.size;
        below = below.#inherited
      ) {
        frozen.#own = new Map([...below.#own, ...frozen.#own]);
        frozen.#inherited = below.#inherited;
      }
      this.#own = new Map();
      this.#inherited = frozen;
    }
    const child = new InheritedMap<K, V>();
    child.#inherited = this.#inherited;
    return child;
  }

  /** All values, those of one key only once. */
  values(): V[] {
    const seen = new Map<K, V>();
    for (let layer: InheritedMap<K, V> | undefined = this; layer; layer = layer.#inherited) {
      for (const [key, value] of layer.#own) if (!seen.has(key)) seen.set(key, value);
    }
    return [...seen.values()];
  }
}
