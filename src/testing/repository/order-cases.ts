import type { Repository, StoredEvent } from "../../ports/repository.ts";
import { assertDeepEqual, assertEqual } from "../assert.ts";
import type { Cases } from "../cases.ts";
import {
  claimed,
  commitNotices,
  FAR,
  LEASE_MS,
  outcome,
  sampleNotice,
  settleOne,
} from "./notices.ts";
import { commitOk, idsOf, NOW, sampleId } from "./samples.ts";

/** Three notices of one token, by their ids, oldest first. */
async function commitThree(repository: Repository): Promise<readonly [string, string, string]> {
  const [first = "", second = "", third = ""] = idsOf(
    await commitNotices(repository, 3, { tokenId: sampleId() }),
  );
  return [first, second, third];
}

/** Events of two alike are one after another; one that is not alike waits for none of them. */
function oneAfterAnother(
  alike: Partial<StoredEvent>,
  other: Partial<StoredEvent>,
): Cases<Repository>[string] {
  return async ({ subject, peer }) => {
    const [first, second, third] = [
      sampleNotice(alike),
      sampleNotice(alike),
      sampleNotice({ ...alike, ...other }),
    ];
    await commitOk(subject, { events: [first, second, third] });
    assertDeepEqual(await claimed(peer, NOW), [`${first.id} #1`, `${third.id} #1`]);
    assertDeepEqual(await claimed(subject, NOW), []);
    await settleOne(subject, first.id, "delivered");
    assertDeepEqual(await claimed(peer, NOW), [`${second.id} #1`]);
  };
}

export const orderCases: Cases<Repository> = {
  "notices of one token are claimed one after another": oneAfterAnother(
    { tokenId: sampleId() },
    { tokenId: sampleId() },
  ),
  "notices of no token are claimed one after another by owner": oneAfterAnother(
    { tokenId: null, owner: "carol" },
    { owner: "dave" },
  ),
  "notices of no owner are claimed one after another by account": oneAfterAnother(
    { tokenId: null, owner: null, account: "one" },
    { account: "other" },
  ),

  "a later notice does not overtake one that waits for its next try, however long": async ({
    subject,
    peer,
  }) => {
    const [first, second, third] = await commitThree(subject);
    assertDeepEqual(await claimed(subject, NOW), [`${first} #1`]);
    await settleOne(subject, first, "retry", { at: FAR });
    assertDeepEqual(await claimed(peer, FAR - 1), []);
    assertDeepEqual(await claimed(peer, FAR), [`${first} #2`]);
    await settleOne(peer, first, "released", { attempt: 2, at: FAR + 5 });
    assertDeepEqual(await claimed(subject, FAR + 4), []);
    assertDeepEqual(await claimed(subject, FAR + 5), [`${first} #3`]);
    await settleOne(subject, first, "delivered", { attempt: 3 });
    assertDeepEqual(await claimed(peer, NOW), [`${second} #1`]);
    await settleOne(peer, second, "delivered");
    assertDeepEqual(await claimed(peer, NOW), [`${third} #1`]);
  },

  "a lease that ran out holds later notices up until its notice is settled": async ({
    subject,
    peer,
  }) => {
    const [first, second] = await commitThree(subject);
    await claimed(subject, NOW);
    assertDeepEqual(await claimed(peer, NOW + LEASE_MS), [`${first} #2`]);
    assertEqual(await settleOne(peer, first, "delivered", { attempt: 2 }), true);
    assertDeepEqual(await claimed(subject, NOW), [`${second} #1`]);
  },

  "a parked notice holds up no other": async ({ subject, peer }) => {
    const [first, second, third] = await commitThree(subject);
    await claimed(subject, NOW);
    await settleOne(subject, first, "parked");
    assertDeepEqual(await claimed(peer, NOW), [`${second} #1`]);
    await settleOne(subject, second, "parked");
    assertDeepEqual(await claimed(peer, NOW), [`${third} #1`]);
  },

  "one that is taken out of the parked ones comes before later ones, and not beside one in hand":
    async ({ subject, peer }) => {
      const [first, second, third] = await commitThree(subject);
      await claimed(subject, NOW);
      await settleOne(subject, first, "parked");
      assertDeepEqual(await claimed(peer, NOW), [`${second} #1`]);
      assertEqual(await subject.retryNotices({ id: first }), 1);
      assertDeepEqual(await claimed(subject, NOW), []);
      await settleOne(peer, second, "retry");
      assertDeepEqual(await claimed(subject, NOW), [`${first} #2`]);
      await settleOne(peer, first, "delivered", { attempt: 2 });
      assertDeepEqual(await claimed(subject, NOW), [`${second} #2`]);
      assertDeepEqual(await claimed(subject, NOW + LEASE_MS), [`${second} #3`]);
      await settleOne(peer, second, "delivered", { attempt: 3 });
      assertDeepEqual(await claimed(subject, NOW), [`${third} #1`]);
    },

  "each channel keeps an order of its own": async ({ subject }) => {
    const tokenId = sampleId();
    const channels = ["mail", "hook"];
    const [first = "", second = ""] = idsOf(
      await commitNotices(subject, 2, { tokenId }, { channels }),
    );
    const claim = (channel: string) => claimed(subject, NOW, { channels: [channel] });
    assertDeepEqual(await claim("mail"), [`${first} #1`]);
    assertDeepEqual(await claim("hook"), [`${first} #1`]);
    await settleOne(subject, first, "delivered", { channel: "hook" });
    assertDeepEqual(await claim("mail"), []);
    assertDeepEqual(await claim("hook"), [`${second} #1`]);
  },

  "many notices behind one that waits, or is in hand, keep none of another token": async ({
    subject,
    peer,
  }) => {
    const many = (tokenId: string) => Array.from({ length: 700 }, () => sampleNotice({ tokenId }));
    const [waits, inHand] = [many(sampleId()), many(sampleId())];
    await commitOk(subject, { events: [...waits, ...inHand] });
    const heads = [waits[0]?.id ?? "", inHand[0]?.id ?? ""];
    assertDeepEqual(
      await claimed(subject, NOW),
      heads.map((id) => `${id} #1`),
    );
    await settleOne(subject, heads[0] ?? "", "retry", { at: NOW + 9 });
    const [other] = await commitNotices(peer, 1);
    assertDeepEqual(await claimed(peer, NOW), [`${other?.id} #1`]);
    assertDeepEqual(await claimed(subject, NOW + 8), []);
    assertDeepEqual(await claimed(subject, NOW + 9), [`${heads[0]} #2`]);
    await peer.settleNotices([
      outcome(heads[0] ?? "", "delivered", { attempt: 2 }),
      outcome(heads[1] ?? "", "delivered"),
    ]);
    const next = [waits[1]?.id, inHand[1]?.id].map((id) => `${id} #1`);
    assertDeepEqual(await claimed(subject, NOW + 9, { limit: 2 }), next);
  },
};
