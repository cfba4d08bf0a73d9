// Links that show a table or an exploration to whoever has them, with the rights of one role.

import { msar } from "./api.js";
import { attempt, confirmDialog, field, fill, h, openDialog, say } from "./dom.js";

/** Lists and makes the shares of a relation, or of an exploration. */
export function shareDialog(context, relation, exploration) {
  const name = relation?.name ?? exploration.name;
  openDialog(`Share ${name}`, () => {
    const list = h("div", { class: "shares" });
    const role = h("input", { placeholder: "your own" });
    const expires = h("input", { type: "date" });
    const load = async () => {
      const shares = await attempt(() => msar.list_shares());
      const own = (shares ?? []).filter((share) => relation
        ? (share.table?.oid ?? share.table_oid) === relation.oid
        : (share.exploration?.id ?? share.exploration_id) === exploration.id);
      fill(list, own.length ? own.map((share) => drawShare(share, load)) : h("p", { class: "muted" }, "There is no link yet."));
    };
    const add = (event) => {
      event.preventDefault();
      const options = { ...(role.value ? { role: role.value } : {}), ...(expires.value ? { expires_at: `${expires.value}T23:59:59Z` } : {}) };
      attempt(async () => {
        if (relation) await msar.share_table({ tab_id: relation.oid, options });
        else await msar.share_exploration({ id: exploration.id, options });
        await load();
      });
    };
    load();
    return [
      h("p", { class: "muted" }, "Whoever has the link sees what the role may read, and nothing more. No login is needed."),
      list,
      h("form", { onsubmit: add, class: "card" },
        field("Role whose rights apply", role, "A role that you are a member of. What it may not read, the link does not show."),
        field("Ends after (optional)", expires),
        h("button", { class: "primary" }, "Make a link")),
    ];
  }, { class: "wide" });
}

function drawShare(share, reload) {
  const address = `${location.origin}/shares/${share.slug}/`;
  const change = (patch) => attempt(async () => {
    await msar.set_share({ id: share.id, patch });
    await reload();
  });
  return h("div", { class: "share" },
    h("a", { href: address, target: "_blank", rel: "noopener" }, address),
    h("span", { class: "tag" }, share.enabled ? "on" : "off"),
    h("button", { type: "button", onclick: () => navigator.clipboard?.writeText(address).then(() => say("The address is copied.")) }, "Copy"),
    h("button", { type: "button", onclick: () => change({ enabled: !share.enabled }) }, share.enabled ? "Turn off" : "Turn on"),
    h("button", {
      type: "button", class: "danger", onclick: async () => {
        if (!await confirmDialog("Delete this link?", "Whoever has it sees nothing any more.", "Delete")) return;
        await attempt(async () => { await msar.delete_share({ id: share.id }); await reload(); });
      },
    }, "Delete"));
}
