import { assertEquals, assertThrows } from "@std/assert";
import { waitUntil } from "../../../src/linalg/threads/waiting.ts";
import { type BlasTeam, blasTeam, wordsOf } from "../../../src/linalg/blas/team.ts";

const DIM = 4, BLOCK_COLUMNS = 2, PANEL_ROWS = 3;
/** Of this size and width: one below the diagonal, two on it. */
const BLOCKS = 3;

interface Product {
  readonly routine: "dsyrk" | "dgemm";
  /** Which number of the scatter it begins at. */
  readonly at: number;
  readonly rows: number;
}

/** Several threads' parts in the same sums, called in turns by one thread; what they multiply is kept. */
function teamsOf(count: number, meanwhile: (product: Product) => void = () => {}) {
  const floats = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length));
  const sums = {
    words: new Int32Array(new SharedArrayBuffer(4 * wordsOf(DIM, BLOCK_COLUMNS))),
    dim: DIM,
    blockColumns: BLOCK_COLUMNS,
    panels: [floats(PANEL_ROWS * DIM), floats(PANEL_ROWS * DIM)],
    scatter: floats(DIM * DIM),
  };
  const products: Product[] = [];
  const note = (routine: Product["routine"], rows: bigint, to: unknown) => {
    const product = { routine, at: (to as Float64Array).byteOffset / 8, rows: Number(rows) };
    products.push(product);
    meanwhile(product);
  };
  const teams = Array.from({ length: count }, () =>
    blasTeam({
      dsyrk: (...args) => note("dsyrk", args[4], args[9]),
      dgemm: (...args) => note("dgemm", args[5], args[12]),
    }, sums));
  return { teams, products, sums };
}

/** The blocks of a panel, in the order in which they are to be taken. */
function panelOf(rows: number): Product[] {
  return [
    { routine: "dgemm", at: 2 * DIM, rows },
    { routine: "dsyrk", at: 0, rows },
    { routine: "dsyrk", at: 2 * DIM + 2, rows },
  ];
}

Deno.test("a panel times itself is a task for each block of the lower triangle", () => {
  const { teams: [team], products } = teamsOf(1);
  assertEquals(team.complete(0, 0), true);
  team.submit(PANEL_ROWS);
  assertEquals([team.submitted(), products.length, team.progress()], [1, 0, 0]);
  assertEquals(team.complete(1, 0), true);
  assertEquals([products, team.progress()], [panelOf(PANEL_ROWS), BLOCKS]);
  team.submit(1);
  assertEquals(team.complete(2, 0), true);
  assertEquals(products.slice(BLOCKS), panelOf(1));
});

Deno.test("what one thread has begun another does not, and goes no further than it may", () => {
  const waiting: boolean[] = [];
  const { teams, products } = teamsOf(2, ({ routine, rows }) => {
    // While the first block of the first panel is being computed, all else of that panel can be; its
    // next panel cannot, and so nothing of that panel.
    if (routine === "dgemm" && rows === 3) waiting.push(teams[1].complete(2, 0));
  });
  teams[0].submit(3);
  teams[0].submit(2);
  assertEquals(teams[0].complete(2, 0), true);
  assertEquals(waiting, [false]);
  assertEquals(products, [...panelOf(3), ...panelOf(2)]);
  assertEquals(teams[1].complete(2, 0), true);
});

Deno.test("a helper serves until it is called away", () => {
  const { teams: [caller, helper], products } = teamsOf(2, () => {
    if (products.length === 2) caller.engage(8);
  });
  caller.engage(7);
  caller.submit(1);
  helper.serve(7);
  assertEquals(products, panelOf(1).slice(0, 2));
  helper.serve(7);
  assertEquals(products.length, 2, "it does not come back under the old number");
});

Deno.test("all know when one broke down", () => {
  const { teams } = teamsOf(3);
  const failed = () => teams.map((team: BlasTeam) => team.failed());
  assertEquals(failed(), [0, 0, 0]);
  teams[1].fail();
  assertEquals(failed(), [1, 1, 1]);
});

Deno.test("a task that was taken and is never done ends the sums in an error", () => {
  const { teams: [caller, helper] } = teamsOf(2, ({ routine }) => {
    if (routine === "dgemm") throw new Error("on purpose");
  });
  caller.engage(1);
  caller.submit(1);
  assertThrows(() => helper.serve(1), Error, "on purpose");
  const wait = () => waitUntil(caller, (milliseconds) => caller.complete(1, milliseconds), 5);
  assertThrows(wait, Error, "a helper thread broke down, and with it the sums");
});
