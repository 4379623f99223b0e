import { InputError } from '../errors.ts';

/** One choice that a scorer made: scores of the candidates, the right one, and what was known before. */
export interface Choice {
  /** Finite, higher is better; at least two. */
  scores: readonly number[];
  /** Index of the right candidate. */
  truth: number;
  /** Positive weights of the candidates, of any sum; equal unless told. */
  prior?: readonly number[];
}

/** A fitted temperature. */
export interface TemperatureFit {
  /** T in the scores' unit; see `limit` for 0 and Infinity. */
  temperature: number;
  /** Mean −ln P(right candidate) at T, in nats. */
  logLoss: number;
  /**
   * `zero`: every choice is right and surer is always better, T → 0. `infinity`: the scores do not help, the prior
   * alone is best, T → ∞. `any`: scores are equal within every choice, and T (given as 1) makes no difference.
   */
  limit?: 'zero' | 'infinity' | 'any';
}

/**
 * Probabilities of the candidates, prior_i exp(score_i / T) / Σ; equals `scipy.special.softmax(scores / T +
 * log(prior))`. T = 0 gives the best candidates equal shares by their prior, T = Infinity the prior.
 *
 * @param temperature T ≥ 0 in the scores' unit
 * @throws InputError where there is no score, one is not finite, a prior is not positive, or T is negative or NaN.
 */
export function softmax(
  scores: readonly number[],
  temperature: number,
  prior: readonly number[] = scores.map(() => 1),
): number[] {
  const exponents = exponentsOf(scores, temperature, prior);
  const weights = exponents.map(Math.exp);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * The temperature that makes the scores' softmax the best probabilities, by log loss (Guo et al. 2017, "On calibration
 * of modern neural networks", section 4.2). In β = 1 / T the mean log loss is convex, with the derivative
 *
 *     L′(β) = mean over choices of Σ_i P_i score_i − score_truth
 *
 * which rises, so its zero is found by bisection on ln T, to the last bits. Searched are 12 decades around the scores'
 * spread. Fit on other examples than those whose calibration is reported.
 *
 * @throws InputError where there is no choice, or one is not as `Choice` says.
 */
export function fitTemperature(choices: readonly Choice[]): TemperatureFit {
  if (choices.length === 0) refuse('at least one choice', 'none');
  for (const { scores, truth, prior } of choices) {
    check(scores, prior ?? scores.map(() => 1));
    if (scores[truth] === undefined) refuse('the index of the right candidate', String(truth));
  }
  const spread = choices.reduce(
    (most, { scores }) => Math.max(most, Math.max(...scores) - Math.min(...scores)),
    0,
  );
  const at = (temperature: number) => ({ temperature, logLoss: temperatureLoss(choices, temperature) });
  if (spread === 0) return { ...at(1), limit: 'any' };
  const [coldest, hottest] = [Math.log(spread * 1e-6), Math.log(spread * 1e6)];
  if (slope(choices, Math.exp(coldest)) <= 0) return { ...at(0), limit: 'zero' };
  if (slope(choices, Math.exp(hottest)) >= 0) return { ...at(Infinity), limit: 'infinity' };
  let [low, high] = [coldest, hottest];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return at(Math.exp(middle));
    if (slope(choices, Math.exp(middle)) > 0) low = middle;
    else high = middle;
  }
}

/**
 * Mean −ln P(right candidate) in nats at a temperature.
 *
 * @throws InputError as `softmax` does.
 */
export function temperatureLoss(choices: readonly Choice[], temperature: number): number {
  const sum = choices.reduce((total, { scores, truth, prior = scores.map(() => 1) }) => {
    const exponents = exponentsOf(scores, temperature, prior);
    const weight = exponents.reduce((all, exponent) => all + Math.exp(exponent), 0);
    return total + Math.log(weight) - exponents[truth]!;
  }, 0);
  return sum / choices.length;
}

/** score / T + ln prior, shifted so that the largest is 0 and none overflows. */
function exponentsOf(scores: readonly number[], temperature: number, prior: readonly number[]): number[] {
  check(scores, prior);
  if (!(temperature >= 0)) refuse('a temperature that is not negative', String(temperature));
  const best = Math.max(...scores);
  const exponents = scores.map((score, index) => {
    const behind = score === best ? 0 : (score - best) / temperature;
    return behind + Math.log(prior[index]!);
  });
  const top = Math.max(...exponents);
  return exponents.map((exponent) => exponent - top);
}

/** L′(β) at β = 1 / T, up to a positive factor. */
function slope(choices: readonly Choice[], temperature: number): number {
  let sum = 0;
  for (const { scores, truth, prior } of choices) {
    const shares = softmax(scores, temperature, prior);
    for (const [index, share] of shares.entries()) sum += share * (scores[index]! - scores[truth]!);
  }
  return sum;
}

function check(scores: readonly number[], prior: readonly number[]): void {
  if (scores.length === 0 || !scores.every(Number.isFinite))
    refuse('finite scores', `[${scores.join(', ')}]`);
  if (prior.length !== scores.length || !prior.every((weight) => weight > 0 && weight < Infinity)) {
    refuse('a positive prior for every score', `[${prior.join(', ')}]`);
  }
}

function refuse(expected: string, got: string): never {
  throw new InputError({ what: 'cannot turn scores into probabilities', expected, got });
}
