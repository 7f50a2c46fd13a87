/**
 * What a model, a tool, a file or a peer may say to get out of its box. `run` is what would tell that a script ran,
 * `elsewhere` where a request would go. Those that leave something open are last, so that all of them can be one text.
 */

export const run = "window.pwned=1";
export const elsewhere = "http://127.0.0.1:9/pixel";

const scripts: readonly string[] = [
  `<script>${run}</script>`,
  `<ScRiPt src="${elsewhere}.js"></sCrIpT>`,
  `<script\n>${run}</script\n>`,
  `<scr<script>ipt>${run}</scr</script>ipt>`,
  `&lt;script&gt;${run}&lt;/script&gt;`,
  `"><script>${run}</script>`,
  `'-->"></title></textarea></style><script>${run}</script>`,
  `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  `<template><script>${run}</script></template>`,
  `<xss id=x tabindex=1 onfocus=${run}></xss>`,
];

const handlers: readonly string[] = [
  `<img src=x onerror="${run}">`,
  `<img/src='x'/onerror='${run}'>`,
  `<img src=x oNeRrOr=${run}//`,
  `<body onload=${run}>`,
  `<input autofocus onfocus=${run}>`,
  `<details open ontoggle=${run}>x</details>`,
  `<video src="${elsewhere}.mp4" onerror=${run} autoplay></video><audio src=x onerror=${run}>`,
  `<marquee onstart=${run}>x</marquee>`,
  `<button onclick="${run}" autofocus popovertarget=x>press</button><div popover id=x onbeforetoggle=${run}>x</div>`,
  `<div style="animation:x" onanimationstart="${run}">x</div>`,
];

const links: readonly string[] = [
  `[a](javascript:${run})`,
  `[b](JaVaScRiPt:${run})`,
  `[c](&#106;avascript:${run})`,
  `[d](java&#x09;script:${run})`,
  `[e](java\tscript:${run})`,
  `[f](\u0001javascript:${run})`,
  `[g](javascript&colon;${run})`,
  `[h](%6aavascript:${run})`,
  `[i](<javascript:${run}>)`,
  `<javascript:${run}>`,
  `<a href="javascript:${run}">j</a>`,
  `[k](data:text/html;base64,PHNjcmlwdD53aW5kb3cucHduZWQ9MTwvc2NyaXB0Pg==)`,
  `[l](data:text/html,<script>${run}</script>)`,
  `[m](vbscript:msgbox)`,
  `[n](blob:http://127.0.0.1/x) [o](file:///etc/passwd) [p](filesystem:x) [q](view-source:x)`,
  `[r][ref] and [s]\n\n[ref]: javascript:${run}\n[s]: data:text/html,x`,
  `[t](https://a.example "x\\" onmouseover=\\"${run}")`,
  `[u](https://a.example/"onmouseover="${run})`,
  `[v](//evil.example) [w](/api/quit) [x](?token=1) [y](#other)`,
  `[z](javascript://a.example/%0a${run})`,
  `[![a](javascript:${run})](javascript:${run})`,
  `[**[nested](javascript:${run})**](https://a.example)`,
];

/** Text that says another address than it leads to. */
export const pretending: readonly string[] = [
  "[https://good.example](https://evil.example)",
  "[good.example/login](https://evil.example/login)",
  "[www.good.example](https://evil.example)",
  "[https://good.example](https://good.example@evil.example)",
  "[https://good.example](https://good.example.evil.example)",
  "<https://good.example@evil.example>",
  "[https://evil.example.good.example](https://evil.example)",
  "[**good.example**](https://evil.example)",
  "[`good.example`](https://evil.example)",
  "[g\u200bood.example](https://evil.example)",
  "[good&#46;example](https://evil.example)",
  "[good&period;example](https://evil.example)",
  "[good.\\\nexample](https://evil.example)",
  "[http://10.0.0.1/x](https://evil.example)",
  "[http://localhost:3000](https://evil.example)",
  "[![good.example](data:image/png;base64,iVBORw0KGgo=)](https://evil.example)",
  "[good\u3002example](https://evil.example)",
  "[https://аpple.example](https://evil.example)",
  "[apple.example](https://аpple.example)",
];

const pictures: readonly string[] = [
  `![a](${elsewhere}.png)`,
  `![b][pic]\n\n[pic]: ${elsewhere}.png`,
  `<img src="${elsewhere}.png" srcset="${elsewhere}.png 2x">`,
  `<picture><source srcset="${elsewhere}.png"><img src="${elsewhere}.png"></picture>`,
  `![c](//127.0.0.1:9/pixel.png)`,
  `![d](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9IndpbmRvdy5wd25lZD0xIi8+)`,
  `![e](data:image/png;base64,iVBORw0KGgo=" onerror="${run})`,
  `<image href="${elsewhere}.png"></image><svg><image href="${elsewhere}.png"/></svg>`,
  `<input type=image src="${elsewhere}.png">`,
  `<table background="${elsewhere}.png"><tr><td background="${elsewhere}.png">x</td></tr></table>`,
  `<div style="background:url(${elsewhere}.png)">x</div>`,
  `<style>@import "${elsewhere}.css";*{background:url(${elsewhere}.png)}</style>`,
  `<link rel=stylesheet href="${elsewhere}.css"><link rel=prefetch href="${elsewhere}">`,
  `<video poster="${elsewhere}.png"></video><object data="${elsewhere}"></object><embed src="${elsewhere}">`,
];

const pages: readonly string[] = [
  `<meta http-equiv="refresh" content="0;url=${elsewhere}">`,
  `<base href="${elsewhere}/">`,
  `<iframe src="javascript:parent.${run}"></iframe>`,
  `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
  `<form action="${elsewhere}"><input name=token><button formaction="javascript:${run}">Sign in</button></form>`,
  `<div id="app" class="composer" style="position:fixed;inset:0">over all</div>`,
  `<a id=document name=cookie></a><form id=body><input name=attributes></form>`,
  `<portal src="${elsewhere}"></portal><frameset onload=${run}><frame src="${elsewhere}"></frameset>`,
  `<button type="button" class="path" data-path="/etc/passwd">settings</button>`,
];

const foreign: readonly string[] = [
  `<svg onload=${run}></svg>`,
  `<svg><script>${run}</script><a xlink:href="javascript:${run}"><text>x</text></a></svg>`,
  `<svg><animate onbegin=${run} attributeName=x dur=1s><set attributeName=href to=javascript:${run}></svg>`,
  `<svg><use href="data:image/svg+xml,<svg id=x onload=${run}>#x"/></svg>`,
  `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=${run}&gt;">`,
  `<math href="javascript:${run}">x</math><math><maction actiontype="statusline#${elsewhere}" xlink:href="javascript:${run}">x`,
  `<svg></p><style><a id="</style><img src=1 onerror=${run}>">`,
  `<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=${run} src>">`,
  `<p><svg><foreignObject><p><style><!--</style><img src=x onerror=${run}>`,
  `$\\href{javascript:${run}}{x}$ $$\\htmlData{onclick=${run}}{x}$$`,
];

const nested: readonly string[] = [
  `\`<img src=x onerror=${run}>\` and \`\`\` <script>${run}</script> \`\`\``,
  `\`\`\`"><img src=x onerror=${run}>\n</code></pre><script>${run}</script>\n\`\`\``,
  `| <script>${run}</script> | [x](javascript:${run}) |\n|:-:|---|\n| <img src=x onerror=${run}> | ![x](${elsewhere}) |`,
  `> - # <img src=x onerror=${run}>\n>   1. [x](javascript:${run})`,
  `- [ ] <input type=text value=x onfocus=${run}>`,
  `<div>\n\n**[x](javascript:${run})**\n\n</div>`,
  `<!-- --!><img src=x onerror=${run}> -->`,
  `<![CDATA[<img src=x onerror=${run}>]]><?xml ?><!DOCTYPE x [<!ENTITY e "<script>">]>`,
  `&#60;img src=x onerror=${run}&#62; &#x3c;script&#x3e; \\<script>${run}\\</script>`,
  `src/<img src=x onerror=${run}>.ts:12 and \`a".onclick=${run}.ts:1\``,
];

const hiding: readonly string[] = [
  "left \u202egnihtyna\u202c right",
  "\u2066isolated\u2069 \u2067x\u2069 \u2068y\u2069 \u202ax\u202c \u202bx\u202c \u202dx\u202c \u061c\u200e\u200f",
  "`if (x \u202e\u2066// admin\u2069 \u2066) {`",
  "```ts\nconst access = 'user\u202e \u2066// only admin\u2069 \u2066';\n```",
  "&#x202e;by entity&#8294; [x\u202e](https://a.example/\u202egnp.exe)",
  "zero\u200bwidth\u200c \u2060join\ufeffed \u00ad",
  "\u001b]8;;https://evil.example\u0007good.example\u001b]8;;\u0007",
  "\u001b]52;c;cm0gLXJmIC8=\u0007 clipboard",
  "\u001b]0;title\u0007\u001b]2;title\u001b\\ \u009d2;title\u009c",
  "\u001b[6n\u001b[c\u001b[>q\u001b]11;?\u0007\u001bP$qm\u001b\\ questions",
  "\u001b[2J\u001b[1;1H\u001b[31mcleared\u001b[0m \u009b31m \u001b[?1049h\u001b[?1003h",
  "by entity &#27;]0;title &#27;[31m `code` &#x1b;P &#7; &#155; **bold** &rlm;&lrm; [g&ZeroWidthSpace;o](https://a.example)",
  `&#27;]![a\n<img src=x onerror=${run}>](data:image/png;base64,iVBORw0KGgo=)`,
  "| a&#27;] | b |\n|---|---|\n| &#27;[ | c |",
  "tags \u{e0041}\u{e0042}\u{e007f} fillers \u3164\u115f\uffa0 `x\u{e0041}\u3164y`",
  "\u0000\u0007\u0008\u007f\u0085 controls \u2028 \u2029 end",
  `${"a\u0301".repeat(20)}${"\u0336".repeat(300)} marks`,
];

const deep: readonly string[] = [
  `${"> ".repeat(3_000)}deep`,
  `${"- ".repeat(3_000)}deep`,
  `${"[".repeat(3_000)}x${"](a)".repeat(3_000)}`,
  `${"**a *b ".repeat(600)}`,
  `${"<div>".repeat(1_500)}x`,
  `${"![".repeat(1_500)}`,
  "a".repeat(100_000),
  "a.".repeat(50_000),
  "a/".repeat(50_000),
  `[${"a.a-".repeat(10_000)}](https://a.example)`,
];

const open: readonly string[] = [`text <img src=x onerror=${run}`, `\`\`\`html\n<script>${run}</script>\n\n<!-- open`];

/** All but those that are only slow. */
export const hostile: readonly string[] = [
  ...[scripts, handlers, links, pretending, pictures, pages, foreign, nested, hiding].flat(),
  ...open,
];

export const corpus: readonly string[] = [...deep, ...hostile];
