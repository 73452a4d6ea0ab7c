// Keeps a scrolling region where its reader is: at its end, or at what they read. Knows nothing of what it shows.

/** So near the end counts as being there, in CSS pixels. */
const END_PX = 32;

export class ReadingPlace {
  /** Whether the reader is at the end. */
  atEnd = true;

  #region;
  #list;
  #entries;
  /** @type {{ element: HTMLElement, top: number } | undefined} */
  #anchor;
  #top = 0;
  #observer = new ResizeObserver(() => this.#restore());

  /**
   * @param {HTMLElement} region what scrolls; it must not anchor by itself
   * @param {HTMLElement} list what is in it
   * @param {string} entries the selector of those children of the list that stay
   */
  constructor(region, list, entries) {
    this.#region = region;
    this.#list = list;
    this.#entries = entries;
  }

  /** Follows changes of size. */
  watch() {
    this.#observer.observe(this.#region);
    this.#observer.observe(this.#list);
  }

  /** Follows no longer. */
  unwatch() {
    this.#observer.disconnect();
  }

  /** The region has scrolled. */
  scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.#region;
    // The news of a scroll comes late. Where nothing has moved since, a change of size may have put the end out of view
    // by then, but the reader has not left it.
    if (scrollTop !== this.#top) this.atEnd = scrollHeight - scrollTop - clientHeight <= END_PX;
    this.#top = scrollTop;
    this.#remember();
  }

  /** Goes to the end, and stays there. */
  toEnd() {
    this.atEnd = true;
    this.#scrollTo(this.#region.scrollHeight);
  }

  /**
   * Changes what is shown, so that it seems unmoved to the reader.
   *
   * @param {() => void} change
   */
  keep(change) {
    if (!this.atEnd) this.#remember();
    change();
    this.#restore();
  }

  #restore() {
    if (this.atEnd) {
      this.toEnd();
      return;
    }
    if (!this.#anchor?.element.isConnected) return;
    const moved = this.#topOf(this.#anchor.element) - this.#anchor.top;
    if (moved !== 0) this.#scrollTo(this.#region.scrollTop + moved);
    this.#remember();
  }

  /** @param {number} top */
  #scrollTo(top) {
    this.#region.scrollTop = top;
    this.#top = this.#region.scrollTop;
  }

  // Notes the first entry that is in view and how far below the region's edge it begins.
  #remember() {
    const { children } = this.#list;
    let [low, high] = [0, children.length];
    const edge = this.#region.getBoundingClientRect().top;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (/** @type {Element} */ (children[middle]).getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    let element = children[low];
    while (element && !element.matches(this.#entries)) element = element.nextElementSibling ?? undefined;
    this.#anchor = element instanceof HTMLElement ? { element, top: this.#topOf(element) } : undefined;
  }

  /** @param {Element} element */
  #topOf(element) {
    return element.getBoundingClientRect().top - this.#region.getBoundingClientRect().top;
  }
}
