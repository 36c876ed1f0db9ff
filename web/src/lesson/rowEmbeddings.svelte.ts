import type { Session } from "../session/session.svelte.ts";
import { reasonOf } from "../words/reasonOf.ts";

/** The embeddings of the open space, fetched when they are first looked at. */
export class RowEmbeddings {
  /** `[count, dim]`, rows of unit length; null until they are there. */
  rows: Float32Array | null = $state.raw(null);
  reason: string | null = $state(null);

  /** Follows the session's space; to be called while a component is set up. */
  constructor(session: Session) {
    $effect(() => {
      if (session.space.checkpoint === null) return;
      let current = true;
      this.reason = null;
      session.space.embeddings().then(
        (rows) => {
          if (current) this.rows = rows;
        },
        (error: unknown) => {
          if (current) this.reason = reasonOf(error);
        },
      );
      return () => {
        current = false;
      };
    });
  }
}
