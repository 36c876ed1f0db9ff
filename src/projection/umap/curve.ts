/** The membership of two points at distance d in the map: `1 / (1 + a d^(2b))`. */
export interface Curve {
  readonly a: number;
  readonly b: number;
}

const SAMPLES = 300;
const ITERATIONS = 200;

/**
 * The smooth curve nearest, by least squares at 300 distances from 0 to `3 spread`, to the one that is 1 up to `minDist`
 * and `exp(-(d - minDist) / spread)` beyond.
 *
 * @param minDist how near points may lie in the map, 0 to `spread`
 * @param spread the scale of the map
 * @see Levenberg (1944) and Marquardt (1963) for the method; `find_ab_params` of umap-learn for the samples.
 */
export function fitCurve(minDist: number, spread = 1): Curve {
  const distances = Float64Array.from({ length: SAMPLES }, (_, i) => (3 * spread * i) / (SAMPLES - 1));
  const wanted = distances.map((d) => (d < minDist ? 1 : Math.exp((minDist - d) / spread)));
  let a = 1;
  let b = 1;
  let damping = 1e-3;
  let system = normalEquations(distances, wanted, a, b);
  for (let step = 0; step < ITERATIONS; step++) {
    const aa = system.aa * (1 + damping);
    const bb = system.bb * (1 + damping);
    const determinant = aa * bb - system.ab * system.ab;
    const da = (bb * system.ra - system.ab * system.rb) / determinant;
    const db = (aa * system.rb - system.ab * system.ra) / determinant;
    const trial = a + da > 0 && b + db > 0 ? normalEquations(distances, wanted, a + da, b + db) : undefined;
    if (trial && trial.cost <= system.cost) {
      a += da;
      b += db;
      system = trial;
      damping /= 10;
      if (Math.abs(da) <= 1e-10 * a && Math.abs(db) <= 1e-10 * b) break;
    } else {
      damping *= 10;
      if (damping > 1e12) break;
    }
  }
  return { a, b };
}

interface NormalEquations {
  readonly cost: number;
  readonly aa: number;
  readonly ab: number;
  readonly bb: number;
  readonly ra: number;
  readonly rb: number;
}

/** The sums of squares, of products of derivatives, and of derivatives with residuals. */
function normalEquations(
  distances: Float64Array,
  wanted: Float64Array,
  a: number,
  b: number,
): NormalEquations {
  let [cost, aa, ab, bb, ra, rb] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < distances.length; i++) {
    const d = distances[i]!;
    const power = d ** (2 * b);
    const value = 1 / (1 + a * power);
    const residual = wanted[i]! - value;
    const byA = -power * value * value;
    const byB = d > 0 ? 2 * a * Math.log(d) * byA : 0;
    cost += residual * residual;
    aa += byA * byA;
    ab += byA * byB;
    bb += byB * byB;
    ra += byA * residual;
    rb += byB * residual;
  }
  return { cost, aa, ab, bb, ra, rb };
}
