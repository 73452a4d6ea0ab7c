// The form that publishes an offer or a need. Knows nothing of the list that it then stands in.

import { h } from "../../dom.js";
import { strings } from "../../strings.js";
import { Draft } from "../draft.js";
import { Form } from "../form.js";
import { hashOf } from "../routes.js";

/** @import { ListingKind } from "../../types.js" */
/** @import { View, ViewContext } from "../views.js" */

/**
 * @param {ViewContext} context
 * @param {ListingKind} kind
 * @returns {View}
 */
export function publishView({ session, go }, kind) {
  const title = kind === "offer" ? strings.publishOffer : strings.publishNeed;
  const list = hashOf({ name: "listings", kind });
  const draft = new Draft(session.storage, `handsel.draft.${session.user.id}.${kind}`);
  const form = new Form({
    draft,
    fields: [
      { name: "title", label: strings.title, type: "text", required: true },
      { name: "description", label: strings.description, type: "multiline" },
    ],
    submit: strings.publish,
    send: async ({ text }) => {
      try {
        await session.api.publish(kind, { title: text("title"), description: text("description") });
      } catch (error) {
        if (session.isOver(error)) return;
        throw error;
      }
      draft.clear();
      // Who has gone elsewhere meanwhile stays there.
      if (element.isConnected) go(list);
    },
  });
  const back = h("p", { class: "otherwise" }, h("a", { href: list }, strings.cancelPublishing));
  const element = h("div", { class: "page narrow" }, h("h1", { tabindex: -1 }, title), form.element, back);
  return { title, element };
}
