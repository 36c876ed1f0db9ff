/** How much of the neighbours' weight a class has. */
export interface ClassShare {
  readonly label: number;
  /** 0 to 1; all shares make 1. */
  readonly share: number;
  /** Neighbours of the class. */
  readonly count: number;
}

/** As in instance discrimination: a similarity lower by this weighs less than half as much. */
const temperature = 0.07;

/**
 * What neighbours vote for: the weight of each is `exp(similarity / 0.07)`, and a class has the share of its neighbours'
 * weights in all, the greatest first.
 *
 * @see Wu, Xiong, Yu and Lin, "Unsupervised Feature Learning via Non-Parametric Instance Discrimination" (2018), https://arxiv.org/abs/1805.01978
 */
export function weightedVote(
  neighbours: readonly { readonly label: number; readonly similarity: number }[],
): ClassShare[] {
  const most = Math.max(...neighbours.map(({ similarity }) => similarity));
  const sums = new Map<number, { weight: number; count: number }>();
  let total = 0;
  for (const { label, similarity } of neighbours) {
    const weight = Math.exp((similarity - most) / temperature);
    const sum = sums.get(label) ?? { weight: 0, count: 0 };
    sums.set(label, { weight: sum.weight + weight, count: sum.count + 1 });
    total += weight;
  }
  return [...sums]
    .map(([label, { weight, count }]) => ({ label, share: weight / total, count }))
    .sort((a, b) => b.share - a.share || a.label - b.label);
}
