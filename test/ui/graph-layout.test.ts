import { expect, test } from "bun:test";
import fc from "fast-check";
import { cardsOf } from "../../ui/state/cards.ts";
import { edgePath, layoutGraph, namedSpots, nextSpot } from "../../ui/state/graph-layout.ts";

const node = fc.record({
  title: fc.constant("T"),
  year: fc.option(fc.integer({ min: 1900, max: 2026 }), { nil: undefined }),
  citedHere: fc.integer({ min: 0, max: 99 }),
  isSeed: fc.boolean(),
});
const graph = fc.array(node, { maxLength: 120 }).chain((nodes) => {
  const place = fc.nat(Math.max(0, nodes.length - 1));
  const edges = nodes.length < 2 ? fc.constant([]) : fc.array(fc.tuple(place, place), { maxLength: 300 });
  return fc.record({ nodes: fc.constant(nodes), edges });
});

test("any graph lies within its frame, its years in order, the same each time", () => {
  fc.assert(
    fc.property(graph, (given) => {
      const { spots, ticks, width, height } = layoutGraph(given as Parameters<typeof layoutGraph>[0], 700);
      expect(spots).toHaveLength(given.nodes.length);
      for (const { x, y, r } of spots) {
        expect(x - r).toBeGreaterThanOrEqual(0);
        expect(x + r).toBeLessThanOrEqual(width);
        expect(y - r).toBeGreaterThanOrEqual(0);
        expect(y + r).toBeLessThanOrEqual(height);
      }
      expect(ticks.map(({ x }) => x)).toEqual(ticks.map(({ x }) => x).sort((a, b) => a - b));
      expect(layoutGraph(given as Parameters<typeof layoutGraph>[0], 700).spots).toEqual(spots);
    }),
    { numRuns: 60 },
  );
});

test("dots of one year do not cover each other as long as there is room, and older ones lie to the left", () => {
  const nodes = Array.from({ length: 24 }, (_, at) => ({
    title: "T",
    year: 2000 + (at % 3),
    citedHere: at,
    isSeed: at === 0,
  }));
  const { spots } = layoutGraph({ nodes, edges: nodes.slice(1).map((_, at): [number, number] => [at + 1, 0]) }, 700);
  for (const [a, one] of spots.entries()) {
    for (const [b, other] of spots.entries()) {
      if (a >= b) continue;
      expect([a, b, Math.hypot(one.x - other.x, one.y - other.y) >= one.r + other.r]).toEqual([a, b, true]);
      expect(Math.sign(one.x - other.x)).toBe(Math.sign((a % 3) - (b % 3)));
    }
  }
});

test("arrow keys go to the nearest dot that lies there", () => {
  const spots = [
    { x: 100, y: 100, r: 5 },
    { x: 200, y: 110, r: 5 },
    { x: 150, y: 300, r: 5 },
    { x: 100, y: 20, r: 5 },
  ];
  const keys = ["ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft"];
  expect(keys.map((key) => nextSpot(spots, 0, key))).toEqual([1, 2, 3, undefined]);
});

test("names are written where there is room, of those that come first", () => {
  const spots = [100, 120, 200].map((x) => ({ x, y: 100, r: 5 }));
  const names = ["Hochreiter", "Vaswani", "He"];
  expect([...namedSpots(spots, names, [0, 1, 2])]).toEqual([0, 2]);
  expect([...namedSpots(spots, names, [1, 0, 2])]).toEqual([1, 2]);
  expect([...namedSpots([...spots, { x: 200, y: 115, r: 5 }], [...names, ""], [3, 2])]).toEqual([]);
});

test("a line is drawn from each paper to what it cites, within a year beside it", () => {
  const spots = [
    { x: 100, y: 10, r: 5 },
    { x: 20, y: 50, r: 5 },
    { x: 20, y: 90, r: 5 },
  ];
  expect(
    edgePath(spots, [
      [0, 1],
      [1, 2],
      [0, 9],
    ]),
  ).toBe("M100.0 10.0C60.0 10.0 60.0 50.0 20.0 50.0M20.0 50.0C66.0 50.0 66.0 90.0 20.0 90.0");
});

test("what does not fit into a graph is left out, and the rest keeps its lines", () => {
  const data = {
    nodes: [
      { title: "A", year: 2001, isSeed: true, citedHere: 1 },
      { title: "" },
      { title: "C", citedHere: -4, url: "javascript:x" },
    ],
    edges: [[2, 0], [1, 0], [0, 0], [0, 7], "x", [2]],
    notes: ["A note.", 7],
  };
  expect(cardsOf({ type: "custom", name: "paper-graph", data })).toEqual({
    type: "paper-graph",
    graph: {
      nodes: [
        { title: "A", year: 2001, isSeed: true, citedHere: 1 },
        { title: "C", isSeed: false, citedHere: 0 },
      ],
      edges: [[1, 0]],
      notes: ["A note."],
    },
  });
  expect(cardsOf({ type: "custom", name: "paper-graph", data: [] })).toBeUndefined();
});
