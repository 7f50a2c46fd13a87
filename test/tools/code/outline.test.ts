import { expect, test } from "bun:test";
import { join } from "node:path";
import { Grammars } from "../../../tools/code/grammars.ts";
import { readCode } from "../../../tools/code/read-code.ts";
import { tempDir } from "../../support/temp-dir.ts";

const grammars = new Grammars();

/** Definitions as `line kind owner.name | signature | doc`, with `*` for those that other files can mean; then the uses. */
async function outline(name: string, text: string): Promise<{ definitions: string[]; uses: string }> {
  using dir = tempDir({ memory: true });
  const path = join(dir.path, name);
  await Bun.write(path, text);
  const read = await readCode(path, grammars);
  if (typeof read === "string") throw new Error(read);
  const definitions = read.definitions.map(({ name, kind, line, parent, signature, doc, isShared }) => {
    const owner = read.definitions[parent];
    return `${line} ${kind} ${owner ? `${owner.name}.` : ""}${name}${isShared ? "*" : ""} | ${signature}${doc ? ` | ${doc}` : ""}`;
  });
  return { definitions, uses: [...read.uses.keys()].sort().join(" ") };
}

test("TypeScript", async () => {
  const text = `import { Base } from "./base.ts";
/** Makes one. It is long. */
export default function make({ first, second = fallback }: Options, ...rest: Extra[]) {
  const inner = rest.length;
  function nested() {}
  return helper(first, inner);
}
const hidden = 1;
export { hidden as shown };
const secret = (count: number) => count + 1;
export const table = { run(what: string) {}, size: 1 };
export abstract class Store<T> extends Base {
  #rows = 1;
  abstract read(
    key: string,
  ): T;
  private trim() {}
}
interface Local { a: string }
export type Id = string;
export enum Colour { Red }
export namespace Space {
  export const deep = 1;
}
`;
  expect(await outline("a.ts", text)).toEqual({
    definitions: [
      "3 function make* | export default function make({ first, second = fallback }: Options, ...rest: Extra[]) | Makes one.",
      "8 const hidden* | const hidden = 1",
      "10 function secret | const secret = (count: number)",
      "11 const table* | export const table = { run(what: string) {}, size: 1 }",
      "11 method table.run* | run(what: string)",
      "12 class Store* | export abstract class Store<T> extends Base",
      "13 field Store.#rows | #rows = 1",
      "14 method Store.read* | abstract read( key: string, ): T",
      "17 method Store.trim | private trim()",
      "19 interface Local | interface Local",
      "19 field Local.a | a: string",
      "20 type Id* | export type Id = string",
      "21 enum Colour* | export enum Colour",
      "22 module Space | export namespace Space",
      "23 const Space.deep* | export const deep = 1",
    ],
    uses: ".Red .length .read .run .size .trim Base Colour Extra Id Local Options Space Store deep fallback helper hidden make secret shown table",
  });
});

test("JavaScript without modules, TSX and Vue", async () => {
  const script =
    "function plain() {}\nmodule.exports.named = function () {};\nThing.prototype.act = function (x) { return x; };\n";
  expect((await outline("a.js", script)).definitions).toEqual([
    "1 function plain* | function plain()",
    "2 function named* | module.exports.named = function ()",
    "3 function act* | Thing.prototype.act = function (x)",
  ]);
  const page = "export function Page() { return <Panel title={heading}>x</Panel>; }\n";
  expect(await outline("a.tsx", page)).toEqual({
    definitions: ["1 function Page* | export function Page()"],
    uses: ".title Page Panel heading",
  });
  const vue = '<template>\n<p/>\n</template>\n<script lang="ts">\nexport const chosen = 1;\n</script>\n';
  expect((await outline("a.vue", vue)).definitions).toEqual(["5 const chosen* | export const chosen = 1"]);
});

test("Python", async () => {
  const text = `from os import path as osp
LIMIT: int = 1
@decorated
def load(name, *rest, key: Kind = DEFAULT):
    """Loads it. Slowly."""
    for item in rest:
        local = item.value
    return osp.join(name, key=key)


class Loader(Base):
    '''Holds things.'''
    size = 2

    def _close(self):
        self.state = 1
`;
  expect(await outline("a.py", text)).toEqual({
    definitions: [
      "2 const LIMIT* | LIMIT: int = 1",
      "4 function load* | def load(name, *rest, key: Kind = DEFAULT): | Loads it.",
      "11 class Loader* | class Loader(Base): | Holds things.",
      "13 field Loader.size | size = 2",
      "15 method Loader._close* | def _close(self):",
    ],
    uses: ".join .state .value Base DEFAULT Kind LIMIT Loader _close decorated int load os osp path size",
  });
});

test("Go and Rust", async () => {
  const go = `package a
// Run does it.
func (s *Server) Run(a, b int) error { x, y := call(a); return s.handle(pkg.Foo(y)) }
type Server struct { Name string }
type Doer interface { Do(x int) }
const Most = 1
`;
  expect(await outline("a.go", go)).toEqual({
    definitions: [
      "3 method Run* | func (s *Server) Run(a, b int) error | Run does it.",
      "4 type Server* | type Server struct { Name string }",
      "4 field Server.Name | Name string",
      "5 type Doer* | type Doer interface { Do(x int) }",
      "5 method Doer.Do* | Do(x int)",
      "6 const Most* | const Most = 1",
    ],
    uses: ".Do .Foo .Name .Run .handle Doer Most Server call error int pkg string",
  });
  const rust = `/// Reads it.
#[inline]
pub fn read<T>(from: T) -> Kind { let inner = from.open(); Reader::start(|k| k + 1) }
fn hidden() {}
pub struct Point { x: u8 }
impl Shape for Point { fn area(&self) {} }
impl Point { pub fn new() {} fn own(&self) {} }
pub trait Shape { fn area(&self); }
macro_rules! twice { () => {} }
`;
  expect((await outline("a.rs", rust)).definitions).toEqual([
    "3 function read* | pub fn read<T>(from: T) -> Kind | Reads it.",
    "4 function hidden | fn hidden()",
    "5 struct Point* | pub struct Point",
    "5 field Point.x | x: u8",
    "6 impl Point | impl Shape for Point",
    "6 method Point.area* | fn area(&self)",
    "7 impl Point | impl Point",
    "7 method Point.new* | pub fn new()",
    "7 method Point.own | fn own(&self)",
    "8 trait Shape* | pub trait Shape",
    "8 method Shape.area* | fn area(&self)",
    "9 macro twice* | macro_rules! twice { () => {} }",
  ]);
});

test("Java and C#", async () => {
  const java = `package p;
/** Serves. */
@Ann public class Server<T> extends Base {
  private int count = 1;
  Server(int x) { this.count = x; }
  public void start(String name) { int q = name.length(); launch(q); }
  enum Mode { ON }
}
`;
  expect(await outline("A.java", java)).toEqual({
    definitions: [
      "3 class Server* | @Ann public class Server<T> extends Base | Serves.",
      "4 field Server.count | private int count = 1",
      "5 method Server.Server* | Server(int x)",
      "6 method Server.start* | public void start(String name)",
      "7 enum Server.Mode* | enum Mode",
      "7 field Mode.ON | ON",
    ],
    uses: ".count .length Ann Base Mode ON Server String count launch start",
  });
  const sharp = `namespace N {
  /// <summary>Serves.</summary>
  public class Server : Base { public string Name { get; set; } public void Start(string s) { var q = s.Length; Launch(q); } }
  interface IThing { void Go(); }
}
`;
  expect((await outline("a.cs", sharp)).definitions).toEqual([
    "1 module N | namespace N",
    "3 class N.Server* | public class Server : Base | Serves.",
    "3 field Server.Name | public string Name { get; set; }",
    "3 method Server.Start* | public void Start(string s)",
    "4 interface N.IThing* | interface IThing",
    "4 method IThing.Go* | void Go()",
  ]);
});

test("C and C++", async () => {
  const c = `/* Most. */
#define MOST 1
struct point { int x; };
typedef struct point point_t;
static int hidden(void) { return 0; }
char *name_of(const struct point *p) { return lookup(p->x); }
int proto(int a);
extern int counter;
`;
  expect(await outline("a.h", c)).toEqual({
    definitions: [
      "2 macro MOST* | #define MOST 1 | Most.",
      "3 struct point* | struct point",
      "3 field point.x | int x",
      "4 type point_t* | typedef struct point point_t",
      "5 function hidden | static int hidden(void)",
      "6 function name_of* | char *name_of(const struct point *p)",
      "7 function proto* | int proto(int a)",
      "8 const counter* | extern int counter",
    ],
    uses: "MOST counter hidden lookup name_of point point_t proto",
  });
  const cpp = `namespace n { class Shape : public Base { public: Shape(int x); virtual int area() = 0; int size; }; }
int Shape::twice(char *p) { auto f = [](int k) { return k; }; return f(1); }
template <class K> K same(K k) { return k; }
`;
  expect((await outline("a.cpp", cpp)).definitions).toEqual([
    "1 module n | namespace n",
    "1 class n.Shape* | class Shape : public Base",
    "1 method Shape.Shape* | Shape(int x)",
    "1 method Shape.area* | virtual int area() = 0",
    "1 field Shape.size | int size",
    "2 method twice* | int Shape::twice(char *p)",
    "3 function same* | template <class K> K same(K k)",
  ]);
});

test("Ruby, PHP and Bash", async () => {
  const ruby =
    "# Greets.\nmodule Hello\n  class Person < Base\n    LIMIT = 1\n    def greet(who, loud: false)\n      name = who.title\n      shout name\n    end\n  end\nend\n";
  expect(await outline("a.rb", ruby)).toEqual({
    definitions: [
      "2 module Hello | module Hello | Greets.",
      "3 class Hello.Person* | class Person < Base",
      "4 const Person.LIMIT* | LIMIT = 1",
      "5 method Person.greet* | def greet(who, loud: false)",
    ],
    uses: ".title Base Hello LIMIT Person greet shout",
  });
  const php =
    "<?php\n/** Serves. */\nclass Server extends Base { const MOST = 1; private $rows = 2; public function run(int $a) { $q = $this->open($a); Tool::make(); } }\nfunction helper($x) { return other($x); }\n";
  expect(await outline("a.php", php)).toEqual({
    definitions: [
      "3 class Server* | class Server extends Base | Serves.",
      "3 const Server.MOST* | MOST = 1",
      "3 field Server.rows | $rows = 2",
      "3 method Server.run* | public function run(int $a)",
      "4 function helper* | function helper($x)",
    ],
    uses: ".make .open Base MOST Server Tool helper other run",
  });
  const bash = 'NAME=1\n# Builds.\nbuild() { local inner=2; compile "$inner" | tee log; }\n';
  expect(await outline("a.sh", bash)).toEqual({
    definitions: ["1 const NAME* | NAME=1", "3 function build* | build() | Builds."],
    uses: "NAME compile tee",
  });
});

test("languages without a grammar, line by line", async () => {
  const kotlin =
    "// Holds.\ndata class Point(val x: Int)\nprivate fun hidden() = 1\nenum class Mode { ON }\nfun Point.moved(by: Int): Point = copy(x + by) // note\n";
  expect(await outline("a.kt", kotlin)).toEqual({
    definitions: [
      "2 class Point* | data class Point(val x: Int) | Holds.",
      "3 function hidden | private fun hidden() = 1",
      "4 class Mode* | enum class Mode { ON }",
      "5 function moved* | fun Point.moved(by: Int): Point = copy(x + by) // note",
    ],
    uses: "Int Mode ON Point by copy data enum hidden moved private",
  });
  const others: [string, string, string][] = [
    ["a.swift", "public protocol Shape {}\n", "1 interface Shape* | public protocol Shape {}"],
    ["a.scala", "sealed trait Shape\n", "1 trait Shape* | sealed trait Shape"],
    ["a.dart", "abstract class Shape {\n", "1 class Shape* | abstract class Shape"],
    ["a.lua", "local function area(x)\n", "1 function area* | local function area(x)"],
    ["a.ex", "defmodule Shapes.Area do\n", "1 class Area* | defmodule Shapes.Area"],
    ["a.zig", "pub fn area(x: u8) u8 {\n", "1 function area* | pub fn area(x: u8) u8"],
  ];
  for (const [file, text, expected] of others) expect((await outline(file, text)).definitions).toEqual([expected]);
});
