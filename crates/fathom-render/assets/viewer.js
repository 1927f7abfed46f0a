var Oe = Symbol.for("preact-signals");
function jt() {
  if (U > 1)
    U--;
  else {
    var t, e = !1;
    for ((function() {
      var s = yt;
      for (yt = void 0; s !== void 0; ) {
        var i = s.S;
        if (i.v === s.v) for (var r = i.t; r !== void 0; r = r.x) r.i === s.i && (r.i = i.i);
        s = s.o;
      }
    })(); ht !== void 0; ) {
      var n = ht;
      for (ht = void 0, kt++; n !== void 0; ) {
        var o = n.u;
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && le(n)) try {
          n.c();
        } catch (s) {
          e || (t = s, e = !0);
        }
        n = o;
      }
    }
    if (kt = 0, U--, e) throw t;
  }
}
var ut, E = void 0;
function Et(t) {
  var e = E, n = ut;
  E = void 0, ut = void 0;
  try {
    return t();
  } finally {
    E = e, ut = n;
  }
}
var ht = void 0, U = 0, kt = 0, Ht = 0, yt = void 0, xt = 0;
function ce(t) {
  if (E !== void 0) {
    var e = t.n;
    if (e === void 0 || e.t !== E)
      return e = { i: 0, S: t, p: E.s, n: void 0, t: E, e: void 0, x: void 0, r: e }, E.s !== void 0 && (E.s.n = e), E.s = e, t.n = e, 32 & E.f && t.S(e), e;
    if (e.i === -1)
      return e.i = 0, e.n !== void 0 && (e.n.p = e.p, e.p !== void 0 && (e.p.n = e.n), e.p = E.s, e.n = void 0, E.s.n = e, E.s = e), e;
  }
}
function C(t, e) {
  this.v = t, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = e?.watched, this.Z = e?.unwatched, this.name = e?.name;
}
C.prototype.brand = Oe;
C.prototype.h = function() {
  return !0;
};
C.prototype.S = function(t) {
  var e = this, n = this.t;
  n !== t && t.e === void 0 && (t.x = n, this.t = t, n !== void 0 ? n.e = t : Et(function() {
    var o;
    (o = e.W) == null || o.call(e);
  }));
};
C.prototype.U = function(t) {
  var e = this;
  if (this.t !== void 0) {
    var n = t.e, o = t.x;
    n !== void 0 && (n.x = o, t.e = void 0), o !== void 0 && (o.e = n, t.x = void 0), t === this.t && (this.t = o, o === void 0 && Et(function() {
      var s;
      (s = e.Z) == null || s.call(e);
    }));
  }
};
C.prototype.subscribe = function(t) {
  var e = this;
  return x(function() {
    var n = e.value;
    Et(function() {
      return t(n);
    });
  }, { name: "sub" });
};
C.prototype.valueOf = function() {
  return this.value;
};
C.prototype.toString = function() {
  return this.value + "";
};
C.prototype.toJSON = function() {
  return this.value;
};
C.prototype.peek = function() {
  var t = this;
  return Et(function() {
    return t.value;
  });
};
Object.defineProperty(C.prototype, "value", { get: function() {
  var t = ce(this);
  return t !== void 0 && (t.i = this.i), this.v;
}, set: function(t) {
  if (t !== this.v) {
    if (kt > 100) throw new Error("Cycle detected");
    (function(n) {
      U !== 0 && kt === 0 && n.l !== Ht && (n.l = Ht, yt = { S: n, v: n.v, i: n.i, o: yt });
    })(this), this.v = t, this.i++, xt++, U++;
    try {
      for (var e = this.t; e !== void 0; e = e.x) e.t.N();
    } finally {
      jt();
    }
  }
} });
function M(t, e) {
  return new C(t, e);
}
function le(t) {
  for (var e = t.s; e !== void 0; e = e.n) if (e.S.i !== e.i || !e.S.h() || e.S.i !== e.i) return !0;
  return !1;
}
function ue(t) {
  for (var e = t.s; e !== void 0; e = e.n) {
    var n = e.S.n;
    if (n !== void 0 && (e.r = n), e.S.n = e, e.i = -1, e.n === void 0) {
      t.s = e;
      break;
    }
  }
}
function he(t) {
  for (var e = t.s, n = void 0; e !== void 0; ) {
    var o = e.p;
    e.i === -1 ? (e.S.U(e), o !== void 0 && (o.n = e.n), e.n !== void 0 && (e.n.p = o)) : n = e, e.S.n = e.r, e.r !== void 0 && (e.r = void 0), e = o;
  }
  t.s = n;
}
function G(t, e) {
  C.call(this, void 0, e), this.x = t, this.s = void 0, this.g = xt - 1, this.f = 4;
}
G.prototype = new C();
G.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === xt)) return !0;
  if (this.g = xt, this.f |= 1, this.i > 0 && !le(this))
    return this.f &= -2, !0;
  var t = E;
  try {
    ue(this), E = this;
    var e = this.x();
    (16 & this.f || this.v !== e || this.i === 0) && (this.v = e, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return E = t, he(this), this.f &= -2, !0;
};
G.prototype.S = function(t) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var e = this.s; e !== void 0; e = e.n) e.S.S(e);
  }
  C.prototype.S.call(this, t);
};
G.prototype.U = function(t) {
  if (this.t !== void 0 && (C.prototype.U.call(this, t), this.t === void 0)) {
    this.f &= -33;
    for (var e = this.s; e !== void 0; e = e.n) e.S.U(e);
  }
};
G.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var t = this.t; t !== void 0; t = t.x) t.t.N();
  }
};
Object.defineProperty(G.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var t = ce(this);
  if (this.h(), t !== void 0 && (t.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function P(t, e) {
  return new G(t, e);
}
function fe(t) {
  var e = t.j;
  if (t.j = void 0, typeof e == "function") {
    U++;
    var n = E;
    E = void 0;
    try {
      e();
    } catch (o) {
      throw t.f &= -2, t.f |= 8, Wt(t), o;
    } finally {
      E = n, jt();
    }
  }
}
function Wt(t) {
  for (var e = t.s; e !== void 0; e = e.n) e.S.U(e);
  t.x = void 0, t.s = void 0, fe(t);
}
function _e(t) {
  if (E !== this) throw new Error("Out-of-order effect");
  he(this), E = t, this.f &= -2;
  try {
    8 & this.f && Wt(this);
  } finally {
    jt();
  }
}
function it(t, e) {
  this.x = t, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = e?.name, ut && ut.push(this);
}
it.prototype.c = function() {
  var t = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var e = this.x();
    typeof e == "function" && (this.j = e);
  } finally {
    t();
  }
};
it.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, fe(this), ue(this), U++;
  var t = E;
  return E = this, _e.bind(this, t);
};
it.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = ht, ht = this);
};
it.prototype.d = function() {
  this.f |= 8, 1 & this.f || Wt(this);
};
it.prototype.dispose = function() {
  this.d();
};
function x(t, e) {
  var n = new it(t, e);
  try {
    n.c();
  } catch (s) {
    throw n.d(), s;
  }
  var o = n.d.bind(n);
  return o[Symbol.dispose] = o, o;
}
const de = "–";
function I(t) {
  if (Number.isNaN(t)) return de;
  if (t < Math.fround(1e-4)) return "<0.01%";
  if (t > Math.fround(0.9999)) return ">99.99%";
  const e = t * 100;
  return `${e.toFixed(e >= 9.995 && e < 98.95 ? 1 : 2)}%`;
}
function R(t) {
  if (Number.isNaN(t)) return de;
  if (!Number.isFinite(t)) return t > 0 ? "∞" : "-∞";
  const e = t.toFixed(Math.abs(t) < 99.995 ? 2 : 1);
  return e === "-0.00" ? "0.00" : e;
}
const O = (t) => String(t).replace(/\B(?=(\d{3})+$)/g, ",");
function pe(t) {
  return t < 1e4 ? String(t) : t < 1e6 ? `${Math.floor(t / 1e3)}k` : `${Math.floor(t / 1e6)}M`;
}
const ls = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.defineProperty({
  __proto__: null,
  bits: R,
  percent: I,
  rank: O,
  rankShort: pe
}, Symbol.toStringTag, { value: "Module" })), je = { light: { surface: "#ffffff", raised: "#f6f7f9", sunken: "#eceff3", text: "#16181d", muted: "#595f69", line: "#d5d9e0", accent: "#0072b2", focus: "#b0005e", warning: "#8a4b00" }, dark: { surface: "#14161b", raised: "#1d2027", sunken: "#0e1014", text: "#eceef2", muted: "#a2a9b5", line: "#363b45", accent: "#56b4e9", focus: "#ff7ab8", warning: "#f0b357" } }, We = { default: "cividis", light: { cividis: ["#fee838", "#f0d846", "#dec958", "#cdbb63", "#bcae6c", "#aba072", "#9b9476", "#8c8878", "#7d7c78", "#6f7073", "#61656f", "#535a6d", "#434e6c", "#32436d", "#1a386f", "#002e6a", "#00224e"], viridis: ["#fde725", "#d8e219", "#addc30", "#84d44b", "#5ec962", "#3fbc73", "#28ae80", "#1fa088", "#21918c", "#26828e", "#2c728e", "#33638d", "#3b528b", "#424086", "#472d7b", "#48186a", "#440154"], rose: ["#f8ecf5", "#f7e0f0", "#f5d5eb", "#f3c9e5", "#f1bede", "#f0b2d8", "#eea6d1", "#ec9ac9", "#ea8ec1", "#e782b9", "#e575b0", "#e368a7", "#e05a9e", "#dd4b95", "#da398b", "#d72381", "#d30076"] }, dark: { cividis: ["#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78", "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838"], viridis: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"], rose: ["#281a37", "#322041", "#3d264b", "#482c55", "#54325f", "#603869", "#6d3e72", "#7b447b", "#884a84", "#97508c", "#a55694", "#b45c9b", "#c462a2", "#d369a8", "#e36fad", "#f476b2", "#ff7cb7"] } }, Fe = { light: ["#00569f", "#256bab", "#467eb6", "#6492c2", "#81a6cd", "#9ebad8", "#bbcee2", "#d9e2ed", "#f7f7f7", "#f2e1da", "#edccbd", "#e7b6a1", "#e0a185", "#d88b68", "#d0754b", "#c75f28", "#bd4600"], dark: ["#52b5f4", "#4ea1d8", "#4a8ebc", "#467ca1", "#406a86", "#3b586d", "#354754", "#2e363d", "#262626", "#3d342c", "#554131", "#6e4f36", "#875d39", "#a26b3c", "#bd7a3e", "#d98840", "#f59740"] }, De = { light: ["#0072b2", "#d55e00", "#009e73", "#b9588f", "#a97000", "#2f8fc6", "#5f6368", "#857500"], dark: ["#56b4e9", "#e69f00", "#2dbd92", "#dd8fbb", "#f0e442", "#ef7b2f", "#a3b8cc", "#8fd3c1"], dashes: [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [5, 2, 1.5, 2, 1.5, 2], [1, 3], [12, 3], [4, 4]], markers: ["circle", "diamond", "triangle", "square", "circle-open", "diamond-open", "triangle-open", "square-open"] }, Ke = { rank: { label: "rank", curve: "log", strong: 1, faint: 5e3, blank: 5e3, ticks: [1, 3, 10, 30, 100, 300, 1e3, 5e3] }, prob: { label: "probability", curve: "root", strong: 1, faint: 0, blank: 1e-4, ticks: [1, 0.5, 0.2, 0.05, 0.01, 1e-4] }, logit: { label: "logit", curve: "linear", strong: null, faint: null, blank: null, ticks: [] }, entropy: { label: "entropy, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, kl: { label: "KL, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, surprisal: { label: "surprisal, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] } }, K = {
  grounds: je,
  ramps: We,
  diverging: Fe,
  series: De,
  metrics: Ke
}, Ft = ["cividis", "viridis", "rose"], Ue = K.ramps.default, me = K.metrics, It = K.series.dashes, $t = K.series.markers, W = (t) => K.grounds[t], we = (t) => K.series[t], qe = (t) => [1, 3, 5].map((e) => parseInt(t.slice(e, e + 2), 16));
function He([t, e, n]) {
  const o = (s) => {
    const i = s / 255;
    return i <= 0.04045 ? i / 12.92 : ((i + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * o(t) + 0.7152 * o(e) + 0.0722 * o(n);
}
function Ge(t) {
  const e = He(t);
  return (e + 0.05) / 0.05 >= 1.05 / (e + 0.05) ? "#000000" : "#ffffff";
}
function Ve(t) {
  const e = t.map(qe), n = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let o = 0; o < 256; o++) {
    const s = o / 255 * (e.length - 1), i = Math.min(Math.floor(s), e.length - 2), [r, a] = [e[i], e[i + 1]], c = r.map((l, f) => Math.round(l + (a[f] - l) * (s - i)));
    n.css.push(`#${c.map((l) => l.toString(16).padStart(2, "0")).join("")}`), n.ink.push(Ge(c)), n.packed[o] = (255 << 24 | c[2] << 16 | c[1] << 8 | c[0]) >>> 0;
  }
  return n;
}
const Gt = /* @__PURE__ */ new Map();
function tt(t, e) {
  const n = `${t} ${e}`;
  let o = Gt.get(n);
  return o || (o = Ve(t === "diverging" ? K.diverging[e] : K.ramps[e][t]), Gt.set(n, o)), o;
}
const Nt = (t) => t >= 0 ? Math.round(Math.min(t, 1) * 255) : -1, q = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: pe, ofTarget: !0 },
  prob: { name: "Probability", describe: "probability of the token that came next", write: I, ofTarget: !0 },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: R, ofTarget: !1 },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: R, ofTarget: !1 },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: R, ofTarget: !0 }
}, X = Object.keys(q);
function et(t, e) {
  const n = t.columns;
  return { rank: n.targetRank, prob: n.targetProb, entropy: n.entropyBits, kl: n.klBits, surprisal: n.surprisalBits }[e];
}
function At(t, e) {
  const { curve: n, strong: o, faint: s, blank: i } = me[t];
  return n === "log" ? e > i ? NaN : 1 - Math.log(e / o) / Math.log(s / o) : o > s ? e < i ? NaN : Math.sqrt((e - s) / (o - s)) : e <= i ? 1 - Math.sqrt(Math.max(0, e - o) / (s - o)) : NaN;
}
function Xe(t) {
  const e = (i) => t === "prob" ? `${+(i * 100).toPrecision(2)}%` : t === "rank" ? O(i) : String(i), { ticks: n, blank: o } = me[t], s = t === "prob" ? `below ${e(o)}` : `beyond ${e(o)}`;
  return { ticks: n.map((i) => ({ label: e(i), strength: At(t, i) })), beyond: s };
}
const Ze = 3, Je = /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u, Ye = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u, Vt = (t) => Je.test(t) || (t.codePointAt(0) & 65534) === 65534, pt = /* @__PURE__ */ new Map();
function H(t) {
  let e = pt.get(t);
  return e === void 0 && (e = Qe(t), pt.size > 1e5 && pt.clear(), pt.set(t, e)), e;
}
function Qe(t) {
  const e = t.length - t.replace(/^ +/, "").length, n = t.replace(/ +$/, "").length;
  let o = "", s = 0, i = 0;
  for (const r of t) {
    const a = !Vt(r) && Ye.test(r);
    s = a ? s + 1 : 0, r === " " && (i < e || i >= n) ? o += "␣" : r === `
` ? o += "⏎" : r === "	" ? o += "⇥" : Vt(r) || s > Ze ? o += `⟨U+${r.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : o += a && o === "" ? `◌${r}` : r, i += r.length;
  }
  return o;
}
const S = (t) => t === "" ? "''" : H(t);
function tn(t, e) {
  return Int16Array.from(et(t, e), (n) => Nt(At(e, n)));
}
function en(t, e) {
  const n = t.input(e);
  return {
    index: String(t.positions[e] ?? ""),
    input: S(n?.text ?? ""),
    target: S(t.targetText(e)),
    origin: n?.origin ?? "prompt",
    argmax: t.targets[e]?.isArgmax ?? !1
  };
}
function Dt(t, e, n) {
  const [o] = t.top(e, n), s = t.target(e, n), i = t.rowName(e), r = `${/^\d/.test(i) ? `layer ${i}` : i}, position ${t.positions[n]}, after ${S(t.input(n)?.text ?? "")}`, a = o ? `top ${S(t.text(o.id))} ${I(o.prob)}` : "no candidates";
  return `${r}: ${a}; target ${S(t.targetText(n))} rank ${O(s.rank)}, ${I(s.prob)}`;
}
function Mt(t, e, n) {
  const o = et(t, e), s = q[e].write, i = t.lastRow;
  return {
    rows: t.height,
    columns: t.width,
    steps: tn(t, e),
    lut: n,
    rowName: (r) => t.rowName(r),
    head: (r) => en(t, r),
    label: (r, a) => S(t.text(t.topId(r, a))),
    number: (r, a) => s(o[t.cell(r, a)]),
    tick: (r, a) => t.topId(r, a) === t.topId(i, a),
    describe: (r, a) => Dt(t, r, a)
  };
}
const ge = (t, e, n, o) => t.input(e)?.bytes === n.input(o)?.bytes;
function nn(t, e, n) {
  const o = n === null ? sn(t, e) : rn(t.width, e.width, n), s = (a) => a.rows.map((c, l) => a.rowName(l)).join(), i = s(t) !== s(e), r = t.rows.map((a, c) => i ? on(t, e, c) : c);
  return { columns: o, rows: r, byDepth: i, common: ve(t, e) };
}
function on(t, e, n) {
  const o = (i, r) => ((i.rows[r]?.layer ?? 0) + 1) / Math.max(1, i.info.model.layers);
  let s = 0;
  for (let i = 1; i < e.height; i++)
    Math.abs(o(e, i) - o(t, n)) <= Math.abs(o(e, s) - o(t, n)) && (s = i);
  return s;
}
function ve(t, e) {
  let n = 0;
  for (; n < t.width && n < e.width && ge(t, n, e, n); ) n++;
  return n;
}
function sn(t, e) {
  const n = ve(t, e), o = Math.min(t.width, e.width);
  let s = 0;
  for (; n + s < o && ge(t, t.width - 1 - s, e, e.width - 1 - s); ) s++;
  const i = [], [r, a] = [t.width - s, e.width - s];
  for (let c = 0; c < n; c++) i.push({ a: c, b: c });
  for (let c = n; c < r || c < a; c++) i.push({ a: c < r ? c : null, b: c < a ? c : null });
  for (let c = 0; c < s; c++) i.push({ a: r + c, b: a + c });
  return i;
}
function rn(t, e, n) {
  const o = [];
  for (let s = Math.min(0, -n); s < Math.max(t, e - n); s++) {
    const i = s + n, r = { a: s >= 0 && s < t ? s : null, b: i >= 0 && i < e ? i : null };
    (r.a !== null || r.b !== null) && o.push(r);
  }
  return o;
}
const nt = 8;
let an = 0;
class cn {
  constructor(e, n) {
    this.source = n, this.reading = M(e), this.cursor = M({ row: e.lastRow, column: e.blank() }), this.watched = M(ln(e)), this.shown = P(() => this.pinned.value ? this.cursor.value : this.hover.value ?? this.cursor.value), this.alignment = P(() => {
      const o = this.other.value;
      return o && nn(this.reading.value, o, this.shift.value);
    }), this.shade = P(() => {
      const o = this.theme.value;
      return o === "auto" ? this.systemDark.value ? "dark" : "light" : o;
    });
  }
  /** Tells the ids of one viewer in a page from another's. */
  uid = `v${++an}`;
  reading;
  other = M(null);
  view = M("heatmap");
  metric = M("rank");
  theme = M("auto");
  systemDark = M(!1);
  ramp = M(Ue);
  /** Where the keyboard is. */
  cursor;
  hover = M(null);
  pinned = M(!1);
  watched;
  watchScale = M("rank");
  /** Numbers that the source was asked for, by token. */
  asked = M(/* @__PURE__ */ new Map());
  find = M("");
  /** By hand: how far B's columns are moved; null: aligned by common beginning and end. */
  shift = M(null);
  /** Cell size in CSS pixels; 0: what suits the reading. */
  zoom = M(0);
  /** What a screen reader says next. */
  message = M("");
  /** The cell that the detail shows: pinned, else under the pointer, else the keyboard's. */
  shown;
  shade;
  /** How the two readings stand side by side; null without a second. */
  alignment;
  /** Moves the keyboard's cell, kept within the reading. */
  move(e, n) {
    const o = this.reading.peek(), s = (i, r) => Math.max(0, Math.min(r - 1, i));
    this.cursor.value = { row: s(e, o.height), column: s(n, o.width) };
  }
  /** Watches a token, or stops watching it. */
  toggleWatch(e) {
    const n = this.watched.peek(), o = n.filter((s) => s.id !== e.id);
    if (o.length === n.length && n.length >= nt) {
      this.message.value = `At most ${nt} tokens can be told apart: stop watching one first.`;
      return;
    }
    this.watched.value = o.length < n.length ? o : [...n, e];
  }
  isWatched(e) {
    return this.watched.value.some((n) => n.id === e);
  }
}
function ln(t) {
  const e = t.watched.map((s) => s.ids[0]), n = t.top(t.lastRow, t.blank()).slice(0, 3).map((s) => s.id);
  return [...new Set(e.length ? e : n)].slice(0, nt).map((s) => ({ id: s, text: t.text(s) }));
}
function be(t, e, n) {
  for (const [o, s] of Object.entries(e))
    s == null || s === !1 || (typeof s == "function" ? t.addEventListener(o.slice(2), s) : t.setAttribute(o, s === !0 ? "" : String(s)));
  for (const o of n) o != null && o !== !1 && t.append(o);
}
function p(t, e = {}, ...n) {
  const o = document.createElement(t);
  return be(o, e, n), o;
}
function ot(t, e = {}, ...n) {
  const o = document.createElementNS("http://www.w3.org/2000/svg", t);
  return be(o, e, n), o;
}
const B = (t) => p("bdi", { class: "f-token" }, t), un = {
  sun: "M8 5.2A2.8 2.8 0 1 0 8 10.8 2.8 2.8 0 1 0 8 5.2M8 1.5v1.6M8 12.9v1.6M1.5 8h1.6M12.9 8h1.6M3.4 3.4l1.1 1.1M11.5 11.5l1.1 1.1M3.4 12.6l1.1-1.1M11.5 4.5l1.1-1.1",
  moon: "M13.5 9.7A6 6 0 0 1 6.3 2.5 6 6 0 1 0 13.5 9.7z",
  auto: "M8 2A6 6 0 1 0 8 14 6 6 0 1 0 8 2M8 2v12M8 5h4.8M8 8h6M8 11h4.8",
  save: "M8 2v8M4.8 7.2 8 10.4l3.2-3.2M2.5 11.5v2h11v-2",
  help: "M5.6 6a2.4 2.4 0 1 1 3.5 2.1c-.7.4-1.1.8-1.1 1.6M8 12.2v.1",
  find: "M7 2.5A4.5 4.5 0 1 0 7 11.5 4.5 4.5 0 1 0 7 2.5M10.3 10.3l3.2 3.2",
  close: "M4 4l8 8M12 4l-8 8",
  plus: "M8 3.5v9M3.5 8h9",
  minus: "M3.5 8h9",
  pin: "M6 2.5h4l-.6 4.2 2.1 2.1h-7l2.1-2.1zM8 8.8v4.7"
};
function _(t) {
  return ot(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "f-icon" },
    ot("path", { d: un[t] })
  );
}
const J = 4096, ke = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif', ye = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', St = (t) => `${t.italic ? "italic " : ""}${t.bold ? "600 " : ""}${t.size}px ${t.mono ? ye : ke}`;
function Lt(t, e) {
  t.textBaseline = "middle";
  for (const n of e)
    switch (n.op) {
      case "rect":
        hn(t, n);
        break;
      case "text":
        t.font = St(n), t.fillStyle = n.fill, t.textAlign = n.align ?? "left", t.fillText(n.text, n.x, n.y);
        break;
      case "path":
      case "lines":
        fn(t, n);
        break;
      case "circle":
        t.beginPath(), t.arc(n.x, n.y, n.r, 0, 2 * Math.PI), t.fillStyle = n.fill, t.fill(), t.lineWidth = n.line, t.strokeStyle = n.stroke, t.setLineDash([]), t.stroke();
        break;
      case "cells":
        dn(t, n);
        break;
      case "clip":
        t.save(), t.beginPath(), t.rect(n.x, n.y, n.w, n.h), t.clip(), t.textBaseline = "middle";
        break;
      case "unclip":
        t.restore(), t.textBaseline = "middle";
        break;
    }
}
function hn(t, e) {
  t.beginPath(), e.round ? t.roundRect(e.x, e.y, e.w, e.h, e.round) : t.rect(e.x, e.y, e.w, e.h), e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash([]), t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function fn(t, e) {
  t.beginPath();
  const n = e.op === "lines" ? 4 : e.points.length;
  for (let o = 0; o < e.points.length; o += n)
    for (let s = o; s < o + n; s += 2) {
      const [i, r] = [e.points[s], e.points[s + 1]];
      s === o ? t.moveTo(i, r) : t.lineTo(i, r);
    }
  e.op === "path" && e.close && t.closePath(), e.op === "path" && e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash(e.op === "path" ? e.dash ?? [] : []), t.lineJoin = "round", t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function dn(t, e) {
  t.imageSmoothingEnabled = !1;
  const n = e.r1 - e.r0;
  for (let o = e.c0; o < e.c1; ) {
    const s = Math.floor(o / J), i = Math.min(e.c1, (s + 1) * J), r = e.image.tiles[s], a = e.x + (o - e.c0) * e.w;
    r && t.drawImage(r, o - s * J, e.r0, i - o, n, a, e.y, (i - o) * e.w, n * e.h), o = i;
  }
}
function pn(t, e, n, o, s) {
  const i = parseInt(s.slice(1), 16), r = (255 << 24 | (i & 255) << 16 | i & 65280 | i >> 16) >>> 0, a = [];
  for (let c = 0; c < t; c += J) {
    const l = Math.min(J, t - c), f = document.createElement("canvas");
    f.width = l, f.height = e;
    const u = f.getContext("2d");
    if (u) {
      const h = u.createImageData(l, e), d = new Uint32Array(h.data.buffer);
      for (let g = 0; g < e; g++)
        for (let w = 0; w < l; w++) {
          const v = n[g * t + c + w];
          d[g * l + w] = v < 0 ? r : o.packed[v];
        }
      u.putImageData(h, 0, 0);
    }
    a.push(f);
  }
  return { columns: t, rows: e, tiles: a, step: (c, l) => n[c * t + l], lut: o, blank: s };
}
function Tt(t, e, n) {
  const o = window.devicePixelRatio || 1, [s, i] = [Math.round(e * o), Math.round(n * o)];
  return t.width === s && t.height === i ? !1 : (t.width = s, t.height = i, t.style.width = `${e}px`, t.style.height = `${n}px`, !0);
}
let mt = null;
const wt = /* @__PURE__ */ new Map();
function ft(t, e) {
  const n = `${St(e)}\0${t}`;
  let o = wt.get(n);
  if (o === void 0) {
    if (mt ??= document.createElement("canvas").getContext("2d"), !mt) return t.length * e.size * 0.6;
    mt.font = St(e), o = mt.measureText(t).width, wt.size > 2e5 && wt.clear(), wt.set(n, o);
  }
  return o;
}
const Xt = typeof Intl < "u" && "Segmenter" in Intl ? new Intl.Segmenter() : null, gt = /* @__PURE__ */ new Map();
function st(t, e, n) {
  if (ft(t, n) <= e) return t;
  const o = `${e}\0${St(n)}\0${t}`;
  let s = gt.get(o);
  if (s === void 0) {
    const i = Xt ? Array.from(Xt.segment(t), (c) => c.segment) : Array.from(t);
    let [r, a] = [0, i.length];
    for (; r < a; ) {
      const c = r + a + 1 >> 1;
      ft(`${i.slice(0, c).join("")}…`, n) <= e ? r = c : a = c - 1;
    }
    s = r > 0 ? `${i.slice(0, r).join("")}…` : "", gt.size > 1e5 && gt.clear(), gt.set(o, s);
  }
  return s;
}
const Zt = (t) => t.replace(/[&<>"]/g, (e) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[e]), N = (t) => String(Math.round(t * 100) / 100);
function mn(t, e, n, o, s) {
  let i = 0;
  const r = t.map((a) => {
    switch (a.op) {
      case "rect":
        return `<rect x="${N(a.x)}" y="${N(a.y)}" width="${N(a.w)}" height="${N(a.h)}"${a.round ? ` rx="${a.round}"` : ""} fill="${a.fill ?? "none"}"${a.stroke ? ` stroke="${a.stroke}" stroke-width="${a.line ?? 1}"` : ""}/>`;
      case "text": {
        const c = { left: "start", center: "middle", right: "end" }[a.align ?? "left"], l = `${a.bold ? ' font-weight="600"' : ""}${a.italic ? ' font-style="italic"' : ""}${a.mono ? ' class="m"' : ""}`;
        return `<text x="${N(a.x)}" y="${N(a.y)}" font-size="${a.size}" fill="${a.fill}" text-anchor="${c}"${l}>${Zt(a.text)}</text>`;
      }
      case "path": {
        const c = a.dash?.length ? ` stroke-dasharray="${a.dash.join(" ")}"` : "";
        return `<path d="${a.points.map((f, u) => `${u === 0 ? "M" : u % 2 ? " " : "L"}${N(f)}`).join("")}${a.close ? "z" : ""}" fill="${a.fill ?? "none"}" stroke="${a.stroke ?? "none"}" stroke-width="${a.line ?? 1}" stroke-linejoin="round"${c}/>`;
      }
      case "lines":
        return `<path d="${a.points.map((l, f) => `${f % 4 === 0 ? "M" : f % 4 === 2 ? "L" : " "}${N(l)}`).join("")}" fill="none" stroke="${a.stroke}" stroke-width="${a.line}"/>`;
      case "circle":
        return `<circle cx="${N(a.x)}" cy="${N(a.y)}" r="${a.r}" fill="${a.fill}" stroke="${a.stroke}" stroke-width="${a.line}"/>`;
      case "cells":
        return wn(a);
      case "clip":
        return i++, `<clipPath id="c${i}"><rect x="${N(a.x)}" y="${N(a.y)}" width="${N(a.w)}" height="${N(a.h)}"/></clipPath><g clip-path="url(#c${i})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${N(e)}" height="${N(n)}" viewBox="0 0 ${N(e)} ${N(n)}" font-family='${ke}'>
<title>${Zt(s)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${ye}}</style>
<rect width="100%" height="100%" fill="${o}"/>
${r.join(`
`)}
</svg>
`;
}
function wn(t) {
  const e = [];
  for (let n = t.r0; n < t.r1; n++)
    for (let o = t.c0; o < t.c1; o++) {
      const s = t.image.step(n, o);
      if (s < 0) continue;
      const [i, r] = [t.x + (o - t.c0) * t.w, t.y + (n - t.r0) * t.h];
      e.push(`<rect x="${N(i)}" y="${N(r)}" width="${N(t.w)}" height="${N(t.h)}" fill="${t.image.lut.css[s]}"/>`);
    }
  return e.join(`
`);
}
function xe(t, e) {
  const n = document.createElement("a"), o = URL.createObjectURL(t);
  n.href = o, n.download = e, n.click(), setTimeout(() => URL.revokeObjectURL(o), 1e4);
}
const Jt = 26;
function $e(t, e, n) {
  const o = { op: "text", x: 8, y: t.height + Jt / 2, text: e, size: 11, fill: n };
  return { ...t, height: t.height + Jt, ops: [...t.ops, o] };
}
function gn(t, e, n, o, s) {
  const { ops: i, width: r, height: a } = $e(t, n, s);
  xe(new Blob([mn(i, r, a, o, n)], { type: "image/svg+xml" }), `${e}.svg`);
}
function vn(t, e, n, o, s) {
  const { ops: i, width: r, height: a } = $e(t, n, s), c = 2, l = document.createElement("canvas");
  l.width = r * c, l.height = a * c;
  const f = l.getContext("2d");
  f && (f.scale(c, c), f.fillStyle = o, f.fillRect(0, 0, r, a), Lt(f, i), l.toBlob((u) => u && xe(u, `${e}.png`)));
}
function bn(t) {
  return P(() => {
    const e = t.find.value.toLowerCase();
    if (!e) return null;
    const n = t.reading.value, o = Me(t, e);
    return (s, i) => o.has(n.topId(s, i));
  });
}
const Ot = (t, e) => t.toLowerCase().includes(e) || H(t).toLowerCase().includes(e);
function Me(t, e) {
  const n = /* @__PURE__ */ new Set();
  for (const [o, s] of t.reading.value.vocabulary) Ot(s, e) && n.add(o);
  return n;
}
function kn(t, e = !1) {
  const n = t.find.peek().toLowerCase();
  if (!n) return !1;
  const o = t.reading.peek(), s = Me(t, n), { row: i, column: r } = t.cursor.peek(), a = o.width * o.height, c = r * o.height + i;
  for (let l = 1; l <= a; l++) {
    const f = (c + (e ? a - l : l)) % a, [u, h] = [Math.floor(f / o.height), f % o.height];
    if (h === o.lastRow && (Ot(o.input(u)?.text ?? "", n) || Ot(o.targetText(u), n)) || s.has(o.topId(h, u)))
      return t.move(h, u), !0;
  }
  return t.message.value = `Nothing holds “${H(t.find.peek())}”.`, !1;
}
function yn(t) {
  const e = p("div", { class: "f-legend-bar" }), n = p("div", { class: "f-legend-marks" }), o = p("span", { class: "f-legend-beyond" }), s = p("div", { class: "f-legend" }, p("div", { class: "f-legend-scale" }, e, n), o), i = x(() => {
    const r = t.metric.value, a = tt(t.ramp.value, t.shade.value).css, c = Xe(r), l = Array.from({ length: 17 }, (u, h) => a[255 - Math.round(h * 255 / 16)]);
    e.style.background = `linear-gradient(to right, ${l.join(", ")})`;
    const f = c.ticks.map(({ label: u, strength: h }) => {
      const d = p("span", {}, u);
      return d.style.left = `${(1 - h) * 100}%`, d;
    });
    n.replaceChildren(...f), o.textContent = `blank: ${c.beyond}`, s.title = q[r].describe, s.setAttribute("role", "img"), s.setAttribute("aria-label", `Colour shows the ${q[r].describe}, on a fixed scale; ${c.beyond} is blank`);
  });
  return { element: s, dispose: i };
}
function Se(t) {
  const { model: e, lens: n, precision: o, sampling: s } = t.info, i = s ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[s.method] : null;
  return [`${e.name}`, `${e.weights} weights, ${o}`, `${n.kind} lens, ${n.norm}`, i].filter((a) => a).map((a) => H(a)).join(" · ");
}
function xn(t) {
  const e = (r) => t.tokens.filter((a) => r.includes(a.origin)).map((a) => a.text).join(""), n = (r, a) => r.length > a ? `${Array.from(r).slice(0, a).join("")}…` : r, o = (r) => r.split(" ").map(H).join(" "), s = B(o(n(e(["prompt", "template"]), 160))), i = B(o(n(e(["output"]), 120)));
  return i.classList.add("f-output"), [s, i];
}
function $n(t, e) {
  const n = p("h1", { class: "f-title" }), o = p("p", { class: "f-sub" }), s = p("input", {
    class: "f-search",
    type: "search",
    placeholder: "Find a token  /",
    "aria-label": "Find a token",
    spellcheck: "false",
    autocomplete: "off"
  });
  s.addEventListener("input", () => t.find.value = s.value), s.addEventListener("keydown", (c) => {
    c.key === "Enter" && kn(t, c.shiftKey), c.key === "Escape" && (t.find.value = "", s.blur());
  });
  const i = p(
    "header",
    { class: "f-header" },
    p("div", { class: "f-titles" }, n, o),
    p("div", { class: "f-tools" }, s, Mn(t), Sn(t, e.drawing), p("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: e.help }, _("help")))
  ), r = [
    x(() => {
      const c = t.reading.value;
      n.replaceChildren(...xn(c)), o.textContent = Se(c);
    }),
    x(() => {
      s.value !== t.find.value && (s.value = t.find.value);
    })
  ];
  return { element: i, find: () => {
    s.focus(), s.select();
  }, dispose: () => r.forEach((c) => c()) };
}
function Mn(t) {
  const e = { auto: "light", light: "dark", dark: "auto" }, n = { auto: "as the system", light: "light", dark: "dark" }, o = p("button", { class: "f-button f-quiet", type: "button", onclick: () => t.theme.value = e[t.theme.peek()] });
  return x(() => {
    const s = t.theme.value;
    o.replaceChildren(_(s === "auto" ? "auto" : s === "light" ? "sun" : "moon")), o.title = `Theme: ${n[s]}`, o.setAttribute("aria-label", o.title);
  }), o;
}
function Sn(t, e) {
  const n = () => t.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading", o = (a) => () => {
    r.open = !1;
    const c = e();
    if (!c) {
      t.message.value = "The table is no drawing: copy it instead.";
      return;
    }
    const l = W(t.shade.peek());
    a(c, `${n()}-${t.view.peek()}`, Se(t.reading.peek()), l.surface, l.muted);
  }, s = (a, c) => p("button", { class: "f-button f-quiet", type: "button", onclick: c }, a), i = p("select", { class: "f-select", "aria-label": "Colours", onchange: () => t.ramp.value = i.value }, ...Ft.map((a) => p("option", { value: a }, a)));
  x(() => {
    i.value = t.ramp.value;
  });
  const r = p(
    "details",
    { class: "f-menu" },
    p("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, _("save")),
    p("div", { class: "f-menu-list" }, s("Save view as SVG", o(gn)), s("Save view as PNG", o(vn)), p("label", { class: "f-field" }, "Colours", i))
  );
  return r.addEventListener("focusout", (a) => {
    a.relatedTarget instanceof Node && r.contains(a.relatedTarget) || (r.open = !1);
  }), r;
}
const Yt = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];
function En(t, e) {
  const n = new Map(Yt.map(([u, h]) => [u, p("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${u}-${t.uid}`, onclick: () => t.view.value = u }, h)])), o = p("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...n.values());
  o.addEventListener("keydown", (u) => {
    const h = { ArrowRight: 1, ArrowLeft: -1 }[u.key];
    if (!h) return;
    const d = Yt.map(([w]) => w).filter((w) => !n.get(w).hidden), g = d[(d.indexOf(e.peek()) + h + d.length) % d.length];
    t.view.value = g, n.get(g)?.focus(), u.preventDefault(), u.stopPropagation();
  });
  const s = p("select", { class: "f-select", onchange: () => t.metric.value = s.value }, ...X.map((u) => p("option", { value: u }, q[u].name))), i = yn(t), r = (u) => t.zoom.value = u === 0 ? 0 : Math.max(-16, Math.min(6, t.zoom.peek() + u)), a = p(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    p("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => r(-1) }, _("minus")),
    p("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => r(1) }, _("plus"))
  ), c = p("div", { class: "f-colour" }, p("label", { class: "f-field" }, "Colour", s), i.element, a), l = p("nav", { class: "f-bar", "aria-label": "Views and colour" }, o, c), f = [
    x(() => {
      const u = e.value;
      for (const [h, d] of n)
        d.setAttribute("aria-selected", String(h === u)), d.tabIndex = h === u ? 0 : -1, h === u ? d.setAttribute("aria-controls", `f-panel-${h}-${t.uid}`) : d.removeAttribute("aria-controls");
      c.classList.toggle("f-off", u === "watch" || u === "table");
    }),
    x(() => {
      n.get("compare").hidden = !t.other.value;
    }),
    x(() => {
      s.value = t.metric.value;
    })
  ];
  return { element: l, dispose: () => [...f, i.dispose].forEach((u) => u()) };
}
function Nn(t) {
  const n = t.reading.peek().info.lens.kind === "raw" ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last." : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.", o = p("footer", { class: "f-honest" }, p("p", {}, n));
  return o.append(p("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => o.remove() }, _("close"))), o;
}
const An = [
  ["← → ↑ ↓", "move a position or a layer"],
  ["Home, End", "first, last position"],
  ["PgUp, PgDn", "ten layers up, down"],
  ["Ctrl Home, Ctrl End", "first position at the first layer, last at the last"],
  ["Enter", "pin the cell, or release it"],
  ["Esc", "release the pinned cell"],
  ["w", "watch the cell's top token, or stop watching it"],
  ["m, Shift m", "next metric, the one before"],
  ["/", "find a token; Enter goes to the next"],
  ["1 to 4", "heatmap, watch, compare, table"],
  ["+ − 0", "zoom in, out, as it suits the reading"],
  ["?", "this list"]
], Ln = ["heatmap", "watch", "compare", "table"];
function Tn(t) {
  return t instanceof Element && t.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
function Cn(t, e, n) {
  if (n.defaultPrevented || Tn(n.target) || n.altKey || n.metaKey || n.ctrlKey && n.key !== "Home" && n.key !== "End") return !1;
  const o = n.target instanceof Element ? n.target.closest("button, a, summary, [role=tab], [role=radio], aside, table") : null;
  if (Rn(t, n, o)) return !0;
  switch (n.key) {
    case "Enter":
      return o ? !1 : (t.pinned.value = !t.pinned.peek(), !0);
    case "Escape":
      return !t.pinned.peek() && !t.find.peek() ? !1 : (t.pinned.value = !1, t.find.value = "", !0);
    case "w": {
      const { row: s, column: i } = t.shown.peek(), r = t.reading.peek(), a = r.topId(s, i);
      return a >= 0 && t.toggleWatch({ id: a, text: r.text(a) }), !0;
    }
    case "m":
    case "M": {
      const s = X.indexOf(t.metric.peek()) + (n.shiftKey ? -1 : 1);
      return t.metric.value = X[(s + X.length) % X.length] ?? "rank", !0;
    }
    case "/":
      return e.find(), !0;
    case "?":
      return e.help(), !0;
    case "+":
    case "=":
      return t.zoom.value = Math.min(6, t.zoom.peek() + 1), !0;
    case "-":
      return t.zoom.value = Math.max(-16, t.zoom.peek() - 1), !0;
    case "0":
      return t.zoom.value = 0, !0;
    default: {
      const s = Ln[Number(n.key) - 1];
      return !s || s === "compare" && !t.other.peek() ? !1 : (t.view.value = s, !0);
    }
  }
}
function Rn(t, e, n) {
  if (n) return !1;
  const { row: o, column: s } = t.cursor.peek(), { width: i, height: r } = t.reading.peek(), c = {
    ArrowLeft: [o, s - 1],
    ArrowRight: [o, s + 1],
    ArrowUp: [o - 1, s],
    ArrowDown: [o + 1, s],
    Home: e.ctrlKey ? [0, 0] : [o, 0],
    End: e.ctrlKey ? [r - 1, i - 1] : [o, i - 1],
    PageUp: [o - 10, s],
    PageDown: [o + 10, s]
  }[e.key];
  if (!c) return !1;
  t.hover.value = null, t.move(...c);
  const l = t.cursor.peek();
  return t.message.value = Dt(t.reading.peek(), l.row, l.column), !0;
}
function zn() {
  const t = An.map(([n, o]) => {
    const s = n.split(" ").map((i) => /^(to|,)$/.test(i) ? ` ${i} ` : p("kbd", {}, i));
    return p("tr", {}, p("th", { scope: "row" }, ...s), p("td", {}, o));
  }), e = p(
    "dialog",
    { class: "f-help", "aria-label": "Keys" },
    p(
      "div",
      { class: "f-help-head" },
      p("h2", {}, "Keys"),
      p("button", { class: "f-button f-quiet", type: "button", "aria-label": "Close", onclick: () => e.close() }, _("close"))
    ),
    p("table", {}, p("tbody", {}, ...t)),
    p("p", { class: "f-soft" }, "Ctrl and the wheel zoom. The address names what you see: copy it to share the place.")
  );
  return e;
}
const Pn = ["heatmap", "watch", "compare", "table"], Bn = ["auto", "light", "dark"], In = ["rank", "prob", "logit"];
function On(t) {
  const e = t.reading.value, { row: n, column: o } = t.cursor.value;
  return [
    ["view", t.view.value],
    ["metric", t.metric.value],
    ["at", `${e.rowName(n)},${e.positions[o]}`],
    ["pin", t.pinned.value ? "1" : null],
    ["watch", t.watched.value.map((i) => i.id).join(",")],
    ["scale", t.watchScale.value === "rank" ? null : t.watchScale.value],
    ["shift", t.shift.value === null ? null : String(t.shift.value)],
    ["zoom", t.zoom.value === 0 ? null : String(t.zoom.value)],
    ["ramp", t.ramp.value === Ft[0] ? null : t.ramp.value],
    ["theme", t.theme.value === "auto" ? null : t.theme.value]
  ].flatMap(([i, r]) => r === null ? [] : [`${i}=${encodeURIComponent(r).replace(/%2C/g, ",")}`]).join("&");
}
function Qt(t, e) {
  const n = new URLSearchParams(e.replace(/^#/, "")), o = (u, h, d) => {
    const g = n.get(u);
    g !== null && h.includes(g) && d(g);
  };
  o("view", Pn, (u) => t.view.value = u === "compare" && !t.other.peek() ? "heatmap" : u), o("metric", X, (u) => t.metric.value = u), o("theme", Bn, (u) => t.theme.value = u), o("ramp", Ft, (u) => t.ramp.value = u), o("scale", In, (u) => t.watchScale.value = u);
  const s = t.reading.peek(), [i, r] = (n.get("at") ?? "").split(","), a = s.rows.findIndex((u, h) => s.rowName(h) === i), c = s.positions.indexOf(Number(r));
  a >= 0 && c >= 0 && t.move(a, c), n.has("at") && (t.pinned.value = n.get("pin") === "1");
  const l = (u, h, d) => {
    const g = n.get(u);
    return g !== null && /^-?\d{1,4}$/.test(g) ? Math.max(h, Math.min(d, Number(g))) : null;
  };
  t.zoom.value = l("zoom", -16, 6) ?? t.zoom.peek(), t.shift.value = l("shift", -9999, 9999);
  const f = n.get("watch");
  if (f !== null) {
    const u = f.split(",").filter((h) => /^\d{1,9}$/.test(h)).map(Number).slice(0, nt);
    t.watched.value = [...new Set(u)].map((h) => ({ id: h, text: s.text(h) }));
  }
}
function _n(t) {
  Qt(t, location.hash);
  let e = 0, n = "";
  const o = x(() => {
    n = On(t), clearTimeout(e), e = window.setTimeout(() => history.replaceState(history.state, "", `#${n}`), 250);
  }), s = () => {
    location.hash !== `#${n}` && Qt(t, location.hash);
  };
  return window.addEventListener("hashchange", s), () => {
    o(), clearTimeout(e), window.removeEventListener("hashchange", s);
  };
}
function jn(t, e) {
  const n = window.matchMedia("(prefers-color-scheme: dark)"), o = () => e.systemDark.value = n.matches;
  o(), n.addEventListener("change", o);
  const s = x(() => {
    const i = e.shade.value;
    for (const [r, a] of Object.entries(W(i))) t.style.setProperty(`--f-${r}`, a);
    we(i).forEach((r, a) => t.style.setProperty(`--f-series-${a}`, r)), t.dataset.shade = i, t.style.colorScheme = i;
  });
  return () => {
    s(), n.removeEventListener("change", o);
  };
}
const Ee = { index: "", input: "", target: "", origin: "special", argmax: !1 };
function te(t, e, n, o, s) {
  const i = Mt(t, o, s), r = et(t, o), a = new Int16Array(n.length * e.length).fill(-1);
  n.forEach((l, f) => {
    e.forEach((u, h) => {
      u !== null && (a[f * e.length + h] = Nt(At(o, r[t.cell(l, u)])));
    });
  });
  const c = (l, f, u, h) => {
    const d = e[f];
    return d == null ? h : u(n[l], d);
  };
  return {
    rows: n.length,
    columns: e.length,
    steps: a,
    lut: s,
    rowName: (l) => i.rowName(n[l]),
    head: (l) => c(0, l, (f, u) => i.head(u), Ee),
    label: (l, f) => c(l, f, i.label, ""),
    number: (l, f) => c(l, f, i.number, ""),
    tick: (l, f) => c(l, f, i.tick, !1),
    describe: (l, f) => c(l, f, i.describe, "no such position in this reading")
  };
}
const Kt = {
  rank: { most: 3, low: "÷1000", high: "×1000", unit: "rank in B against A" },
  prob: { most: 1, low: "−100", high: "+100", unit: "probability, points, B less A" },
  entropy: { most: 16, low: "−16", high: "+16", unit: "entropy, bits, B less A" },
  kl: { most: 16, low: "−16", high: "+16", unit: "KL, bits, B less A" },
  surprisal: { most: 16, low: "−16", high: "+16", unit: "surprisal, bits, B less A" }
}, Wn = (t, e, n) => t === "rank" ? Math.log10(n / e) : n - e;
function Fn(t, e) {
  const n = Math.max(-1, Math.min(1, e / Kt[t].most));
  return t === "rank" ? n : Math.sign(n) * Math.sqrt(Math.abs(n));
}
function Dn(t, e) {
  if (Number.isNaN(e)) return "–";
  if (t === "rank") {
    const s = 10 ** Math.abs(e);
    return s < 1.05 ? s === 1 ? "=" : "≈" : `${e < 0 ? "÷" : "×"}${s >= 100 ? Math.round(s) : +s.toPrecision(2)}`;
  }
  const n = t === "prob" ? e * 100 : e, o = t === "prob" ? Math.abs(n).toFixed(1) : R(Math.abs(n));
  return Number(o) === 0 ? "0" : `${n < 0 ? "−" : "+"}${o}`;
}
function Kn(t, e, n, o, s) {
  const { columns: i, rows: r } = n, [a, c] = [et(t, o), et(e, o)], l = q[o].ofTarget, f = i.map((v) => v.a === null || v.b === null ? !1 : !l || t.targetText(v.a) === e.targetText(v.b)), u = (v, m) => {
    const b = i[m];
    return !b || b.a === null || b.b === null || !f[m] ? NaN : Wn(o, a[t.cell(v, b.a)], c[e.cell(r[v], b.b)]);
  }, h = new Int16Array(r.length * i.length);
  for (let v = 0; v < r.length; v++)
    for (let m = 0; m < i.length; m++) {
      const b = u(v, m);
      h[v * i.length + m] = Number.isNaN(b) ? -1 : Nt((Fn(o, b) + 1) / 2);
    }
  const d = (v, m) => {
    const b = i[m];
    return !b || b.a === null ? "only in B" : b.b === null ? "only in A" : f[m] ? Dn(o, u(v, m)) : "≠ next";
  }, g = Mt(t, o, s), w = Mt(e, o, s);
  return {
    rows: r.length,
    columns: i.length,
    steps: h,
    lut: s,
    rowName: (v) => g.rowName(v),
    head: (v) => {
      const m = i[v];
      return m && m.a !== null ? g.head(m.a) : m && m.b !== null ? w.head(m.b) : Ee;
    },
    label: d,
    number: () => "",
    tick: () => !1,
    describe: (v, m) => `${g.rowName(v)}: ${Kt[o].unit}: ${d(v, m)}`
  };
}
const ee = 58, Ne = 2, Un = 220, F = (t, e, n) => Math.max(e, Math.min(n, t)), qn = (t, e) => F(Math.round(t * 1.25 ** e), Ne, Un);
function Hn(t, e, n, o) {
  let s = 0;
  for (let c = 0; c < t.rows; c++) s = Math.max(s, ft(t.rowName(c), { size: 12 }));
  const i = Math.ceil(s) + 22, r = Math.floor((e - i) / Math.max(1, t.columns)), a = Math.floor((n - ee) / Math.max(1, t.rows));
  return {
    w: qn(F(r, 72, 128), o),
    // Zoomed out, rows shrink only as far as they must for all to be in view.
    h: o < 0 ? F(a, 4, 40) : F(Math.round(F(a, 19, 40) * 1.12 ** o), Ne, 64),
    left: i,
    top: ee,
    width: e,
    height: n
  };
}
const bt = (t, e) => ({
  width: e.left + t.columns * e.w,
  height: e.top + t.rows * e.h
});
function Gn(t, e, n) {
  return {
    r0: F(Math.floor(n.y / e.h), 0, t.rows),
    r1: F(Math.ceil((n.y + e.height - e.top) / e.h), 0, t.rows),
    c0: F(Math.floor(n.x / e.w), 0, t.columns),
    c1: F(Math.ceil((n.x + e.width - e.left) / e.w), 0, t.columns)
  };
}
function Vn(t, e, n, o, s) {
  const i = o < e.left ? -1 : Math.floor((o - e.left + n.x) / e.w), r = s < e.top ? -1 : Math.floor((s - e.top + n.y) / e.h);
  return r < t.rows && i < t.columns ? { row: r, column: i } : null;
}
function Xn(t, e, n, o, s) {
  const i = (r, a, c, l, f) => {
    const u = Math.min(c, Math.max(0, (f - c) / 2)), h = Math.max(0, a * c - f);
    return r * c < l + u ? Math.max(0, Math.min(h, r * c - u)) : (r + 1) * c > l + f - u ? Math.min(h, (r + 1) * c - f + u) : l;
  };
  return {
    x: i(s, t.columns, e.w, n.x, e.width - e.left),
    y: i(o, t.rows, e.h, n.y, e.height - e.top)
  };
}
const ct = 44;
function Zn(t, e, n, o, s, i) {
  const r = p("canvas", { class: "f-minimap", "aria-hidden": "true" }), a = p("div", { class: "f-minimap-box" }, r);
  let c = 0;
  const l = () => {
    c = 0;
    const [h, d, g] = [n.peek(), s(), r.getContext("2d")];
    if (!h || !d || !g) return;
    const w = h.width;
    Tt(r, w, ct);
    const v = r.width / w, m = W(t.shade.peek());
    g.setTransform(v, 0, 0, v, 0, 0), g.fillStyle = m.surface, g.fillRect(0, 0, w, ct), g.imageSmoothingEnabled = d.columns > w, d.tiles.forEach((rt, y) => {
      const A = y * J * w / d.columns;
      g.drawImage(rt, A, 0, rt.width * w / d.columns, ct);
    });
    const b = bt(e.peek(), h), [k, $] = [b.width - h.left, b.height - h.top], L = o.peek(), z = [
      L.x / k * w,
      L.y / $ * ct,
      Math.max(6, Math.min(1, (h.width - h.left) / k) * w),
      Math.max(6, Math.min(1, (h.height - h.top) / $) * ct)
    ];
    g.strokeStyle = m.surface, g.lineWidth = 5, g.strokeRect(z[0] + 1.5, z[1] + 1.5, z[2] - 3, z[3] - 3), g.strokeStyle = m.focus, g.lineWidth = 2, g.strokeRect(z[0] + 1.5, z[1] + 1.5, z[2] - 3, z[3] - 3);
  }, f = x(() => {
    const h = n.value;
    o.value, t.shade.value;
    const d = e.value;
    if (!h) return;
    const g = bt(d, h), w = g.width > h.width * 1.5 || g.height > h.height * 1.5;
    a.hidden = !w, w && !c && (c = requestAnimationFrame(l));
  }), u = (h) => {
    const d = n.peek();
    if (!d || h.buttons === 0) return;
    const g = bt(e.peek(), d), w = r.getBoundingClientRect(), [v, m] = [d.width - d.left, d.height - d.top], b = (k, $, L) => Math.max(0, Math.min($ - L, k * $ - L / 2));
    i({
      x: b((h.clientX - w.left) / w.width, g.width - d.left, v),
      y: b((h.clientY - w.top) / w.height, g.height - d.top, m)
    });
  };
  return r.addEventListener("pointerdown", (h) => {
    r.setPointerCapture(h.pointerId), u(h);
  }), r.addEventListener("pointermove", u), {
    element: a,
    dispose() {
      f(), cancelAnimationFrame(c);
    }
  };
}
const D = 12, Jn = 9.5;
function Yn(t, e, n, o, s, i) {
  const r = Gn(t, n, o), a = [], { left: c, top: l, w: f, h: u, width: h, height: d } = n, g = (m) => c + m * f - o.x, w = (m) => l + m * u - o.y;
  a.push({ op: "clip", x: c, y: l, w: h - c, h: d - l }), a.push({ op: "cells", image: e, ...r, x: g(r.c0), y: w(r.r0), w: f, h: u }), Qn(a, r, n, g, w, s), to(a, t, r, n, g, w, s), i.found && eo(a, r, i.found, g, w, f, u, s);
  const v = (m, b, k) => {
    m && m.row >= 0 && m.column >= 0 && a.push({ op: "rect", x: g(m.column) + k / 2 - 0.5, y: w(m.row) + k / 2 - 0.5, w: f - k + 1, h: u - k + 1, stroke: b, line: k, round: 2 });
  };
  return i.pinned || v(i.hover, s.text, 1.5), v(i.cursor, s.surface, 4.5), v(i.cursor, i.pinned || i.focused ? s.focus : s.accent, i.pinned ? 3 : 2), a.push({ op: "unclip" }), no(a, t, r, n, w, s, i), oo(a, t, r, n, g, s, i), a;
}
function Qn(t, e, n, o, s, i) {
  const r = [];
  if (n.w >= 12)
    for (let a = e.c0; a <= e.c1; a++) r.push(o(a) - 0.5, s(e.r0), o(a) - 0.5, s(e.r1));
  if (n.h >= 8)
    for (let a = e.r0; a <= e.r1; a++) r.push(o(e.c0), s(a) - 0.5, o(e.c1), s(a) - 0.5);
  r.length && t.push({ op: "lines", points: r, stroke: i.surface, line: 1 });
}
function to(t, e, n, o, s, i, r) {
  const { w: a, h: c } = o;
  if (a < 30 || c < 13) return;
  const l = c >= 30;
  for (let f = n.r0; f < n.r1; f++)
    for (let u = n.c0; u < n.c1; u++) {
      const h = e.steps[f * e.columns + u], d = h < 0 ? r.muted : e.lut.ink[h], g = st(e.label(f, u), a - 12, { size: D, mono: !0 }), [w, v] = [s(u), i(f) + c / 2];
      if (g && t.push({ op: "text", x: w + 6, y: v - (l ? 6.5 : 0), text: g, size: D, fill: d, mono: !0 }), l && t.push({ op: "text", x: w + 6, y: v + 8, text: e.number(f, u), size: Jn, fill: d }), e.tick(f, u)) {
        const [m, b] = [w + a - 1, i(f)];
        t.push({ op: "path", points: [m - 7, b, m, b, m, b + 7], fill: d, close: !0 });
      }
    }
}
function eo(t, e, n, o, s, i, r, a) {
  for (let c = e.r0; c < e.r1; c++)
    for (let l = e.c0; l < e.c1; l++)
      n(c, l) && t.push({ op: "rect", x: o(l) + 1, y: s(c) + 1, w: i - 3, h: r - 3, stroke: a.focus, line: 2, round: 2 });
}
function no(t, e, n, o, s, i, r) {
  const { left: a, top: c, height: l, h: f } = o;
  t.push({ op: "rect", x: 0, y: c, w: a, h: l - c, fill: i.surface }), t.push({ op: "clip", x: 0, y: c, w: a, h: l - c });
  const u = Math.max(1, Math.ceil(14 / f)), h = (r.pinned ? r.cursor : r.hover ?? r.cursor)?.row;
  for (let d = n.r0; d < n.r1; d++) {
    const g = d === h;
    d % u && !g && d !== e.rows - 1 || t.push({ op: "text", x: a - 9, y: s(d) + f / 2, text: e.rowName(d), size: 12, fill: g ? i.text : i.muted, bold: g, align: "right" });
  }
  t.push({ op: "unclip" });
}
function oo(t, e, n, o, s, i, r) {
  const { left: a, top: c, width: l, w: f } = o;
  t.push({ op: "rect", x: 0, y: 0, w: l, h: c, fill: i.surface }), t.push({ op: "text", x: a - 9, y: 13, text: "pos", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: a - 9, y: 29, text: "in", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: a - 9, y: 46, text: "next", size: 10, fill: i.muted, align: "right" }), t.push({ op: "clip", x: a, y: 0, w: l - a, h: c });
  const u = (r.pinned ? r.cursor : r.hover ?? r.cursor)?.column, h = f >= 30, d = Math.max(1, Math.ceil(34 / f));
  for (let g = n.c0; g < n.c1; g++) {
    const w = e.head(g), v = g === u, m = s(g) + (h ? 6 : f / 2), b = h ? "left" : "center";
    (h || g % d === 0) && t.push({ op: "text", x: m, y: 13, text: w.index, size: 10, fill: v ? i.text : i.muted, bold: v, align: b });
    const k = w.origin === "special" || w.origin === "template";
    if (h) {
      const L = st(w.input, f - 10, { size: D, mono: !0 }), z = st(w.target, f - 10, { size: D, mono: !0, bold: !0 });
      t.push({ op: "text", x: m, y: 29, text: L, size: D, mono: !0, fill: k ? i.muted : i.text, italic: k }), t.push({ op: "text", x: m, y: 46, text: z, size: D, mono: !0, bold: !0, italic: w.argmax, fill: w.argmax ? i.muted : i.accent });
    }
    const $ = w.origin === "output" ? i.accent : k ? i.sunken : i.line;
    t.push({ op: "rect", x: s(g), y: c - 3, w: Math.max(1, f - 1), h: 2, fill: $ });
  }
  !h && u !== void 0 && u >= n.c0 && u < n.c1 && so(t, e, u, s(u) + f / 2, o, i), t.push({ op: "unclip" });
}
function so(t, e, n, o, s, i) {
  const r = e.head(n), a = [r.input, r.target].map((f) => ft(f, { size: D, mono: !0, bold: !0 })), c = Math.max(34, ...a.map((f) => f + 10)) / 2, l = Math.max(s.left + c, Math.min(s.width - c - 2, o));
  t.push({ op: "rect", x: l - c, y: 4, w: 2 * c, h: s.top - 8, fill: i.surface }), t.push({ op: "text", x: l, y: 13, text: r.index, size: 10, bold: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: l, y: 29, text: r.input, size: D, mono: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: l, y: 46, text: r.target, size: D, mono: !0, bold: !0, fill: i.accent, align: "center" });
}
function Ae(t, e) {
  const { model: n } = e, o = e.toState ?? ((y) => y), s = e.fromState ?? ((y) => y), i = p("canvas", { class: "f-canvas", "aria-hidden": "true" }), r = p("div", { class: "f-sizer" }), a = p("div", { class: "f-hidden", role: "presentation" }), c = p("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": e.label }, i, r, a), l = M({ width: 0, height: 0 }), f = e.scroll ?? M({ x: 0, y: 0 }), u = M(!1), h = M(null), d = Zn(t, n, h, f, () => w, (y) => f.value = y), g = p("div", { class: "f-heatmap" }, c, d.element);
  let w = null, v = 0, m = null;
  const b = () => {
    const y = t.hover.value;
    return {
      cursor: s(t.cursor.value),
      hover: y && s(y),
      pinned: t.pinned.value,
      focused: u.value,
      found: e.found?.value ?? void 0
    };
  }, k = () => {
    const y = h.peek();
    return y && w ? Yn(n.value, w, y, f.value, W(t.shade.value), b()) : [];
  }, $ = () => {
    v = 0;
    const y = h.peek(), A = i.getContext("2d");
    if (!y || !A) return;
    Tt(i, y.width, y.height);
    const at = i.width / y.width;
    A.setTransform(at, 0, 0, at, 0, 0), A.fillStyle = W(t.shade.peek()).surface, A.fillRect(0, 0, y.width, y.height), Lt(A, L);
  };
  let L = [];
  const z = [
    x(() => {
      const y = n.value;
      w = pn(y.columns, y.rows, y.steps, y.lut, W(t.shade.value).surface), c.setAttribute("aria-rowcount", String(y.rows + 1)), c.setAttribute("aria-colcount", String(y.columns + 1));
    }),
    x(() => {
      const { width: y, height: A } = l.value;
      if (!y || !A) return;
      const at = n.value;
      h.value = Hn(at, y, A, t.zoom.value);
      const dt = bt(at, h.value);
      r.style.width = `${dt.width}px`, r.style.height = `${dt.height}px`;
      const { x: Be, y: Ie } = f.peek();
      f.value = { x: Math.max(0, Math.min(Be, dt.width - y)), y: Math.max(0, Math.min(Ie, dt.height - A)) };
    }),
    x(() => {
      const y = h.value;
      n.value, L = k(), y && !v && (v = requestAnimationFrame($));
    }),
    x(() => {
      const y = f.value;
      h.value, Math.abs(c.scrollLeft - y.x) > 1 && (c.scrollLeft = y.x), Math.abs(c.scrollTop - y.y) > 1 && (c.scrollTop = y.y);
    }),
    // The keyboard's cell stays in view.
    x(() => {
      const y = h.value, A = s(t.cursor.value);
      !y || !A || m && m.row === A.row && m.column === A.column || (m = A, f.value = Xn(n.peek(), y, f.peek(), A.row, A.column));
    }),
    x(() => {
      const y = s(t.cursor.value);
      y && a.replaceChildren(...ro(n.value, y, c));
    })
  ];
  ao(c, t, n, h, f, u, o);
  const rt = new ResizeObserver(() => {
    l.value = { width: c.clientWidth, height: c.clientHeight };
  });
  return rt.observe(c), {
    element: g,
    drawing: () => ({ ops: k(), width: h.peek()?.width ?? 0, height: h.peek()?.height ?? 0 }),
    focus: () => c.focus({ preventScroll: !0 }),
    dispose() {
      z.forEach((y) => y()), d.dispose(), rt.disconnect(), cancelAnimationFrame(v);
    }
  };
}
let io = 0;
function ro(t, e, n) {
  const o = t.head(e.column), s = String(e.column + 2), i = n.dataset.cell ??= `f-cell-${++io}`;
  return n.setAttribute("aria-activedescendant", i), [
    p(
      "div",
      { role: "row", "aria-rowindex": "1" },
      p("span", { role: "columnheader", "aria-colindex": s }, `position ${o.index}, ${o.input}, next ${o.target}`)
    ),
    p(
      "div",
      { role: "row", "aria-rowindex": String(e.row + 2) },
      p("span", { role: "rowheader", "aria-colindex": "1" }, t.rowName(e.row)),
      p("span", { role: "gridcell", id: i, "aria-colindex": s, "aria-selected": "true" }, t.describe(e.row, e.column))
    )
  ];
}
function ao(t, e, n, o, s, i, r) {
  const a = (l) => {
    const f = o.peek();
    if (!f) return null;
    const u = t.getBoundingClientRect(), h = Vn(n.peek(), f, s.peek(), l.clientX - u.left, l.clientY - u.top);
    return h && h.row >= 0 && h.column >= 0 ? r(h) : null;
  }, c = (l) => {
    const f = e.hover.peek();
    (f?.row !== l?.row || f?.column !== l?.column) && (e.hover.value = l);
  };
  t.addEventListener("scroll", () => {
    s.value = { x: t.scrollLeft, y: t.scrollTop };
  }, { passive: !0 }), t.addEventListener("pointermove", (l) => c(a(l))), t.addEventListener("pointerleave", () => c(null)), t.addEventListener("focus", () => i.value = !0), t.addEventListener("blur", () => i.value = !1), t.addEventListener("click", (l) => {
    const f = a(l);
    if (!f) return;
    const { row: u, column: h } = e.cursor.peek(), d = f.row === u && f.column === h;
    e.pinned.value = !(d && e.pinned.peek()), e.move(f.row, f.column);
  }), t.addEventListener("wheel", (l) => {
    !l.ctrlKey && !l.metaKey || (l.preventDefault(), e.zoom.value = Math.max(-16, Math.min(6, e.zoom.peek() - Math.sign(l.deltaY))));
  }, { passive: !1 });
}
function co(t) {
  const e = P(() => t.other.value ?? t.reading.value), n = P(() => t.alignment.value ?? { columns: [], rows: [], byDepth: !1, common: 0 }), o = P(() => tt(t.ramp.value, t.shade.value)), s = P(() => t.reading.value.rows.map((w, v) => v)), i = {
    a: () => te(t.reading.value, n.value.columns.map((w) => w.a), s.value, t.metric.value, o.value),
    b: () => te(e.value, n.value.columns.map((w) => w.b), n.value.rows, t.metric.value, o.value),
    difference: () => Kn(t.reading.value, e.value, n.value, t.metric.value, tt("diverging", t.shade.value))
  }, r = M({ x: 0, y: 0 }), a = ({ row: w, column: v }) => {
    const m = n.peek().columns[v]?.a;
    return m == null ? null : { row: w, column: m };
  }, c = ({ row: w, column: v }) => {
    const m = n.value.columns.findIndex((b) => b.a === v);
    return m < 0 ? null : { row: w, column: m };
  }, l = { a: "Reading A", b: "Reading B", difference: "Difference" }, f = M({ a: !0, b: !0, difference: !0 }), u = Object.keys(i).map((w) => {
    const v = Ae(t, { label: l[w], model: P(i[w]), scroll: r, toState: a, fromState: c }), m = p("h2", { class: "f-pane-title" }), b = p("section", { class: "f-pane", "aria-label": l[w] }, m, v.element);
    return { pane: w, grid: v, title: m, element: b };
  }), h = p("p", { class: "f-between", role: "status" }), d = p("section", { class: "f-compare", "aria-label": "Two readings" }, p("div", { class: "f-watch-head" }, po(t, f, l), mo(t)), h, p("div", { class: "f-panes" }, ...u.map((w) => w.element))), g = [
    x(() => {
      for (const { pane: w, element: v } of u) v.hidden = !f.value[w];
    }),
    x(() => {
      const [w, v] = [t.reading.value, e.value];
      for (const { pane: m, title: b } of u)
        m === "difference" ? b.replaceChildren(...fo(t)) : b.replaceChildren(...ho(m, m === "a" ? w : v, w, v));
    }),
    x(() => h.replaceChildren(...wo(t, e.value)))
  ];
  return {
    element: d,
    drawing: () => lo(u.filter(({ pane: w }) => f.peek()[w]).map(({ pane: w, grid: v }) => ({ name: l[w], grid: v })), W(t.shade.peek()).text),
    focus: () => u[0]?.grid.focus(),
    dispose() {
      g.forEach((w) => w()), u.forEach(({ grid: w }) => w.dispose());
    }
  };
}
function lo(t, e) {
  const n = [];
  let o = 0, s = 0;
  for (const { name: i, grid: r } of t) {
    const a = r.drawing();
    n.push({ op: "text", x: o + 8, y: 12, text: i, size: 12, bold: !0, fill: e }), n.push(...a.ops.map((c) => uo(c, o, 24))), o += a.width + 16, s = Math.max(s, a.height + 24);
  }
  return { ops: n, width: o, height: s };
}
function uo(t, e, n) {
  switch (t.op) {
    case "unclip":
      return t;
    case "path":
    case "lines":
      return { ...t, points: t.points.map((o, s) => o + (s % 2 ? n : e)) };
    default:
      return { ...t, x: t.x + e, y: t.y + n };
  }
}
function ho(t, e, n, o) {
  const s = e.tokens.filter((c) => c.origin !== "special").map((c) => c.text).join(""), i = s.length > 70 ? `${Array.from(s).slice(0, 70).join("")}…` : s, r = [];
  n.info.model.name !== o.info.model.name && r.push(e.info.model.name), (n.info.model.weights !== o.info.model.weights || n.info.precision !== o.info.precision) && r.push(`${e.info.model.weights} ${e.info.precision}`), n.info.lens.kind !== o.info.lens.kind && r.push(`${e.info.lens.kind} lens`);
  const a = p("bdi", {}, i.split(" ").map(H).join(" "));
  return [p("span", { class: "f-pane-name" }, t.toUpperCase()), a, p("span", { class: "f-soft" }, r.length ? ` · ${r.map(H).join(" · ")}` : "")];
}
function fo(t) {
  const { low: e, high: n, unit: o } = Kt[t.metric.value], s = p("span", { class: "f-diverging" });
  return s.style.background = `linear-gradient(to right, ${tt("diverging", t.shade.value).css.filter((i, r) => r % 15 === 0).join(", ")})`, [p("span", { class: "f-pane-name" }, "Δ"), p("span", { class: "f-soft", title: o }, e), s, p("span", { class: "f-soft" }, n), p("span", { class: "f-soft f-unit" }, o)];
}
function po(t, e, n) {
  const o = Object.keys(n).map((s) => {
    const i = p("input", { type: "checkbox", name: `f-pane-${s}-${t.uid}`, checked: !0 });
    return i.addEventListener("change", () => {
      const r = { ...e.peek(), [s]: i.checked };
      Object.values(r).some((a) => a) ? e.value = r : i.checked = !0;
    }), p("label", {}, i, p("span", {}, n[s]));
  });
  return p("div", { class: "f-segments", role: "group", "aria-label": "Panes" }, ...o);
}
function mo(t) {
  const e = p("span", { class: "f-shift" }), n = (s) => () => t.shift.value = (t.shift.peek() ?? 0) + s, o = p("button", { class: "f-button f-quiet", type: "button", onclick: () => t.shift.value = null }, "Automatic");
  return x(() => {
    const s = t.shift.value;
    e.textContent = s === null ? "aligned by common beginning and end" : `B moved by ${s} ${Math.abs(s) === 1 ? "position" : "positions"}`, o.hidden = s === null;
  }), p(
    "div",
    { class: "f-field", role: "group", "aria-label": "Alignment" },
    e,
    o,
    p("button", { class: "f-button f-quiet", type: "button", title: "Move B left", "aria-label": "Move B left", onclick: n(1) }, _("minus")),
    p("button", { class: "f-button f-quiet", type: "button", title: "Move B right", "aria-label": "Move B right", onclick: n(-1) }, _("plus"))
  );
}
function wo(t, e) {
  const n = t.reading.value, { row: o, column: s } = t.shown.value, i = t.alignment.value, r = i?.columns.find((u) => u.a === s), a = (u, h, d, g) => {
    const [w] = h.top(d, g), v = h.target(d, g);
    return [
      p("span", { class: "f-pane-name" }, u),
      B(w ? S(h.text(w.id)) : "–"),
      p("span", { class: "f-soft" }, ` ${w ? I(w.prob) : ""} · next `),
      B(S(h.targetText(g))),
      p("span", { class: "f-soft" }, ` rank ${O(v.rank)}, ${I(v.prob)}`)
    ];
  }, c = p("span", { class: "f-side" }, ...a("A", n, o, s));
  if (!i || !r || r.b === null) return [c, p("span", { class: "f-side f-soft" }, "B has no such position")];
  const l = p("span", { class: "f-side" }, ...a("B", e, i.rows[o] ?? 0, r.b)), f = i.byDepth ? [p("span", { class: "f-side f-soft" }, "layers matched by relative depth")] : [];
  return [c, l, p("span", { class: "f-side f-soft" }, q[t.metric.value].ofTarget ? "Δ is blank where the next tokens differ" : ""), ...f];
}
const ne = 112, Z = 34, lt = 72, vt = 14;
function go(t, e, n) {
  const o = (n - Z) / t.height;
  return Math.max(0, Math.min(t.height - 1, Math.floor((e - Z) / o)));
}
function vo(t, e, n, o, s, i) {
  const r = W(s), a = tt(o, s), c = (i - Z) / t.height, l = (m) => Z + (m + 0.5) * c, f = Math.log(Math.max(10, t.info.model.vocabulary)), u = (m) => 7 + Math.log(m) / f * (lt - 14), h = [];
  for (let m = 1; Math.log(m) <= f; m *= 100) {
    h.push({ op: "lines", points: [Z, u(m), i, u(m)], stroke: r.line, line: 1 });
    const b = m >= 1e3 ? `${m / 1e3}k` : String(m);
    h.push({ op: "text", x: Z - 6, y: u(m), text: b, size: 10, fill: r.muted, align: "right" });
  }
  const d = e.row;
  h.push({ op: "rect", x: l(d) - c / 2, y: 0, w: c, h: lt + vt + 4, fill: r.sunken });
  const g = [];
  for (let m = 0; m < t.height; m++)
    g.push(l(m), u(t.columns.targetRank[t.cell(m, e.column)]));
  h.push({ op: "path", points: g, stroke: r.accent, line: 2 }), h.push({ op: "circle", x: l(d), y: g[2 * d + 1], r: 3.5, fill: r.surface, stroke: r.accent, line: 2 });
  const w = et(t, n);
  for (let m = 0; m < t.height; m++) {
    const b = Nt(At(n, w[t.cell(m, e.column)])), k = b < 0 ? r.sunken : a.css[b];
    h.push({ op: "rect", x: l(m) - c / 2, y: lt + 2, w: Math.max(1, c - 1), h: vt, fill: k });
  }
  const v = Math.ceil(26 / c);
  for (let m = 0; m < t.height; m += v)
    m !== d && Math.abs(m - d) * c < 22 || h.push({ op: "text", x: l(m), y: lt + vt + 14, text: t.rowName(m), size: 10, fill: r.muted, align: "center" });
  return h.push({ op: "text", x: Math.min(i - 14, l(d)), y: lt + vt + 14, text: t.rowName(d), size: 10, bold: !0, fill: r.text, align: "center" }), h;
}
function bo(t, e) {
  const n = p("h2", { class: "f-place" }), o = p("p", { class: "f-context" }), s = p("button", { class: "f-button f-pin", type: "button", onclick: () => t.pinned.value = !t.pinned.peek() }, _("pin"), p("span")), i = p("dl", { class: "f-numbers" }), r = p("ol", { class: "f-top" }), a = p("canvas", { class: "f-strip", role: "img" }), c = p("div", { class: "f-actions" }), l = p(
    "aside",
    { class: "f-detail", "aria-label": "Detail of a cell", tabindex: "0" },
    p("div", { class: "f-detail-head" }, n, s),
    o,
    i,
    p("h3", {}, "Candidates"),
    r,
    p("h3", {}, "Across the layers: rank of the next token"),
    a,
    c
  );
  for (const v of e) {
    const m = () => {
      const b = t.shown.peek();
      v.run({ ...b, position: t.reading.peek().positions[b.column] });
    };
    c.append(p("button", { class: "f-button", type: "button", title: v.title, onclick: m }, v.label));
  }
  const f = $o(t, r), u = M(280);
  let h = 0;
  const d = new ResizeObserver(() => {
    u.value = Math.max(160, l.clientWidth - 32);
  });
  d.observe(l), a.addEventListener("click", (v) => {
    const { column: m } = t.shown.peek();
    t.move(go(t.reading.peek(), v.offsetX, u.peek()), m);
  });
  const g = [
    x(() => {
      const v = t.reading.value, m = t.shown.value;
      n.replaceChildren(...ko(v, m)), o.replaceChildren(...yo(v, m.column)), i.replaceChildren(...xo(v, m)), a.setAttribute("aria-label", Mo(v, m.column)), f(v, m);
    }),
    x(() => {
      const v = t.pinned.value;
      s.setAttribute("aria-pressed", String(v)), s.title = v ? "Release (Esc)" : "Pin this cell (Enter)", s.lastChild.textContent = v ? "Pinned" : "Pin";
    }),
    x(() => {
      const v = u.value, m = vo(t.reading.value, t.shown.value, t.metric.value, t.ramp.value, t.shade.value, v);
      cancelAnimationFrame(h), h = requestAnimationFrame(() => {
        const b = a.getContext("2d");
        if (!b) return;
        Tt(a, v, ne);
        const k = window.devicePixelRatio || 1;
        b.setTransform(k, 0, 0, k, 0, 0), b.clearRect(0, 0, v, ne), Lt(b, m);
      });
    })
  ];
  return { element: l, dispose: () => {
    g.forEach((v) => v()), d.disconnect(), cancelAnimationFrame(h);
  } };
}
function ko(t, { row: e, column: n }) {
  const o = t.rowName(e), s = /^\d+$/.test(o) ? `Layer ${o}` : o === "embed" ? "Embedding" : o;
  return [
    document.createTextNode(s),
    p("span", { class: "f-soft" }, ` · position ${t.positions[n]}`)
  ];
}
function yo(t, e) {
  const n = t.positions[e], o = Math.max(0, n - 5), s = t.tokens.slice(o, n), i = o > 0 ? [document.createTextNode("… ")] : [];
  for (const { text: c } of s) i.push(B(S(c)));
  const r = B(S(t.input(e)?.text ?? ""));
  r.classList.add("f-here");
  const a = B(S(t.targetText(e)));
  return a.classList.add("f-next"), i.push(r, p("span", { class: "f-soft" }, " → "), a), t.targets[e]?.isArgmax && i.push(p("span", { class: "f-soft" }, " (the model’s choice)")), i;
}
function xo(t, { row: e, column: n }) {
  const o = t.cell(e, n), s = t.columns, i = (r, a, c) => p("div", { title: a }, p("dt", {}, r), p("dd", {}, c));
  return [
    i("rank", "Rank of the token that came next: 1 is best", O(s.targetRank[o])),
    i("prob", "Probability of the token that came next", I(s.targetProb[o])),
    i("surprisal", "−log₂ of that probability, bits", R(s.surprisalBits[o])),
    i("entropy", "Entropy of the whole distribution, bits", R(s.entropyBits[o])),
    i("KL", "Divergence of the last layer from this one, bits", R(s.klBits[o]))
  ];
}
function $o(t, e) {
  const n = [], o = () => {
    const s = p("span", { class: "f-rank" }), i = B(""), r = p("span", { class: "f-fill" }), a = p("span", { class: "f-share" }), c = p("button", { class: "f-watch", type: "button" }), l = p("li", {}, p("span", { class: "f-bar" }, r), s, i, a, c), f = { row: l, place: s, name: i, bar: r, share: a, watch: c, id: -1 };
    return c.addEventListener("click", () => t.toggleWatch({ id: f.id, text: t.reading.peek().text(f.id) })), n.push(f), e.append(l), f;
  };
  return (s, { row: i, column: r }) => {
    const a = s.top(i, r), c = s.target(i, r), l = !a.some((u) => u.id === c.id), f = l ? [...a, c] : a;
    f.forEach((u, h) => {
      const d = n[h] ?? o(), g = S(s.text(u.id)), w = t.isWatched(u.id);
      d.id = u.id, d.row.hidden = !1, d.row.className = `${u.id === c.id ? "f-target" : ""}${l && h === a.length ? " f-beyond" : ""}`, d.place.textContent = O(u.rank), d.name.textContent = g, d.name.title = `token ${u.id}, logit ${R(u.logit)}`, d.share.textContent = I(u.prob), d.bar.style.width = `${100 * Math.max(0, Math.min(1, u.prob || 0))}%`, d.watch.textContent = w ? "−" : "+", d.watch.setAttribute("aria-label", `${w ? "Stop watching" : "Watch"} ${g}`), d.watch.title = w ? "Stop watching" : "Watch this token";
    }), n.slice(f.length).forEach((u) => u.row.hidden = !0);
  };
}
function Mo(t, e) {
  const n = t.rows.findIndex((s, i) => t.columns.targetRank[t.cell(i, e)] === 1), o = S(t.targetText(e));
  return n < 0 ? `${o} is at rank 1 after no layer` : `${o} is first at rank 1 after layer ${t.rowName(n)}`;
}
function So(t) {
  const e = P(() => Mt(t.reading.value, t.metric.value, tt(t.ramp.value, t.shade.value)));
  return Ae(t, { label: "Layers by positions: the top token of each", model: e, found: bn(t) });
}
function Ct(t, e, n, o) {
  const s = t.columns, i = t.watched.length, r = t.watched.findIndex((l) => l.ids[0] === n), a = t.targets[o]?.id === n, c = e && e.rank.length === t.width * t.height ? e : void 0;
  return t.rows.map((l, f) => {
    const u = t.cell(f, o);
    return r >= 0 ? Rt(s.watchRank, s.watchProb, s.watchLogit, u * i + r) : a ? Rt(s.targetRank, s.targetProb, s.targetLogit, u) : c ? Rt(c.rank, c.prob, c.logit, u) : t.top(f, o).find((h) => h.id === n) ?? null;
  });
}
const Rt = (t, e, n, o) => ({
  rank: t[o],
  prob: e[o],
  logit: n[o]
});
function Eo(t, e, n, o) {
  const s = t.watched.value.map((r) => ({
    ...r,
    scores: Ct(e, t.asked.value.get(r.id), r.id, n)
  })), i = s[0]?.scores ?? [];
  return s.map(({ id: r, text: a, scores: c }) => ({
    id: r,
    text: a,
    values: c.map((l, f) => {
      if (!l) return NaN;
      if (o !== "logit") return l[o];
      const u = i[f];
      return u ? l.logit - u.logit : NaN;
    })
  }));
}
function No(t) {
  const e = [];
  return t.forEach((n, o) => {
    if (!Number.isNaN(n)) return;
    const s = e[e.length - 1];
    s && s[1] === o - 1 ? s[1] = o : e.push([o, o]);
  }), e;
}
function Ao(t, e) {
  const n = e.replace(/␣/g, " ").replace(/⏎/g, `
`).replace(/⇥/g, "	"), o = (r) => {
    for (const [a, c] of t.vocabulary) if (c === r) return a;
    return null;
  }, s = o(n);
  if (s !== null) return { id: s, text: n, guessed: !1 };
  const i = o(` ${n}`);
  return i === null ? null : { id: i, text: ` ${n}`, guessed: !0 };
}
const Lo = 5;
function To(t, e, n, o) {
  const s = t.watched.value, i = Math.min(Lo, e.columns.topK), r = [
    ...o === "position" ? ["layer"] : ["position", "input", "next"],
    "rank",
    "probability",
    "surprisal",
    "entropy",
    "KL",
    ...Array.from({ length: i }, (h, d) => `top ${d + 1}`),
    ...s.map(({ text: h }) => `rank of ${S(h)}`)
  ], a = o === "position" ? e.rows.map((h, d) => ({ row: d, column: n.column })) : e.positions.map((h, d) => ({ row: n.row, column: d })), c = /* @__PURE__ */ new Map(), l = (h) => {
    let d = c.get(h);
    return d || (d = s.map(({ id: g }) => Ct(e, t.asked.value.get(g), g, h).map((w) => w?.rank ?? null)), c.set(h, d)), d;
  }, f = a.map((h) => {
    const { row: d, column: g } = h, w = e.columns, v = e.cell(d, g), m = o === "position" ? [] : [e.input(g)?.text ?? "", e.targetText(g)];
    return {
      cell: h,
      head: o === "position" ? e.rowName(d) : String(e.positions[g]),
      values: [
        ...m.map((b) => ({ text: S(b), token: !0 })),
        { text: O(w.targetRank[v]) },
        { text: I(w.targetProb[v]) },
        { text: R(w.surprisalBits[v]) },
        { text: R(w.entropyBits[v]) },
        { text: R(w.klBits[v]) },
        ...e.top(d, g).slice(0, i).map(({ id: b }) => ({ text: S(e.text(b)), token: !0 })),
        ...l(g).map((b) => ({ text: b[d] == null ? "not recorded" : O(b[d]) }))
      ]
    };
  });
  return { caption: o === "position" ? `Position ${e.positions[n.column]}, after ${S(e.input(n.column)?.text ?? "")}: every layer; rank, probability and surprisal of ${S(e.targetText(n.column))}` : `${e.rowName(n.row) === "embed" ? "The embedding" : `Layer ${e.rowName(n.row)}`}: every position; rank, probability and surprisal of the token that came next`, columns: r, rows: f };
}
const Co = ({ columns: t, rows: e }) => [t, ...e.map((n) => [n.head, ...n.values.map((o) => o.text)])].map((n) => n.join("	")).join(`
`);
function Ro(t) {
  const e = M("position"), n = p("div", { class: "f-table-box", tabindex: "0", role: "region", "aria-label": "Table" }), o = (l, f) => {
    const u = p("input", { type: "radio", name: `f-selection-${t.uid}`, value: l, checked: l === "position", onchange: () => e.value = l });
    return p("label", {}, u, p("span", {}, f));
  };
  let s = null;
  const i = p("button", { class: "f-button", type: "button" }, "Copy");
  i.addEventListener("click", () => {
    s && Po(Co(s)).then((l) => {
      i.textContent = l ? "Copied" : "Select and copy by hand", setTimeout(() => i.textContent = "Copy", 2e3);
    });
  });
  const r = p("div", { class: "f-segments", role: "radiogroup", "aria-label": "What the table shows" }, o("position", "This position, every layer"), o("layer", "This layer, every position")), a = p("section", { class: "f-table-view", "aria-label": "Table" }, p("div", { class: "f-watch-head" }, r, i), n), c = x(() => {
    t.view.value === "table" && (s = To(t, t.reading.value, t.cursor.value, e.value), n.replaceChildren(zo(t, s, e.peek())));
  });
  return { element: a, drawing: () => null, focus: () => n.focus(), dispose: c };
}
function zo(t, { caption: e, columns: n, rows: o }, s) {
  const i = t.cursor.peek(), r = o.map(({ cell: c, head: l, values: f }) => {
    const u = s === "position" ? c.row === i.row : c.column === i.column, h = f.map((d) => p("td", { class: d.token ? "f-word" : null }, d.token ? B(d.text) : d.text));
    return p("tr", { "aria-current": u ? "true" : null, onclick: () => t.move(c.row, c.column) }, p("th", { scope: "row" }, l), ...h);
  }), a = (c) => /^(input|next|top)/.test(c) ? "f-word" : null;
  return p("table", { class: "f-table" }, p("caption", {}, e), p("thead", {}, p("tr", {}, ...n.map((c) => p("th", { scope: "col", class: a(c) }, c)))), p("tbody", {}, ...r));
}
async function Po(t) {
  try {
    return await navigator.clipboard.writeText(t), !0;
  } catch {
    return !1;
  }
}
const Y = 56, Ut = 148, Q = 18, V = 18, oe = 15, Le = (t) => t.map((e, n) => ({ line: e, i: n })).filter(({ line: e }) => e.values.some(Number.isNaN));
function Te(t) {
  const e = t.height - 44 - V * Le(t.lines).length, n = t.width - Ut, o = (n - Y) / Math.max(1, t.rows.length), s = Math.max(40, e - Q), i = Bo(t);
  return { x: (r) => Y + (r + 0.5) * o, y: (r) => Q + i(r) * s, each: o, bottom: Q + s, right: n };
}
function Bo(t) {
  if (t.scale === "rank") {
    const n = Math.log(Math.max(10, t.vocabulary));
    return (o) => 0.02 + 0.96 * Math.log(o) / n;
  }
  if (t.scale === "prob") return (n) => 1 - n;
  const e = Ce(t);
  return (n) => 0.5 - n / (2 * e);
}
function Ce(t) {
  const e = t.lines.flatMap((n) => n.values).filter((n) => Number.isFinite(n));
  return Math.max(1, Math.ceil(Math.max(0, ...e.map(Math.abs)) * 1.1));
}
function Io(t) {
  if (t.scale === "rank") {
    const n = [];
    for (let o = 1; o <= t.vocabulary; o *= 10) n.push({ value: o, label: O(o) });
    return n;
  }
  if (t.scale === "prob") return [0, 0.25, 0.5, 0.75, 1].map((n) => ({ value: n, label: `${n * 100}%` }));
  const e = Ce(t);
  return [-e, -e / 2, 0, e / 2, e].map((n) => ({ value: n, label: `${n > 0 ? "+" : ""}${+n.toFixed(1)}` }));
}
function se(t, e) {
  const { each: n } = Te(t);
  return Math.max(0, Math.min(t.rows.length - 1, Math.floor((e - Y) / n)));
}
function Oo(t, e, n) {
  const o = Te(t), s = [];
  return _o(s, t, o, e), t.lines.forEach((i, r) => jo(s, i, r, o, n[r % n.length], e)), Fo(s, t, o, e, n), Le(t.lines).forEach(({ line: i, i: r }, a) => Do(s, t, i, o, a, n[r % n.length], e)), s;
}
function _o(t, e, n, o) {
  t.push({ op: "rect", x: n.x(e.row) - n.each / 2, y: Q - 8, w: n.each, h: n.bottom - Q + 14, fill: o.raised });
  for (const { value: r, label: a } of Io(e)) {
    const c = n.y(r);
    t.push({ op: "lines", points: [Y, c, n.right, c], stroke: o.line, line: 1 }), t.push({ op: "text", x: Y - 8, y: c, text: a, size: 11, fill: o.muted, align: "right" });
  }
  const s = Math.max(1, Math.ceil(30 / n.each));
  e.rows.forEach((r, a) => {
    const c = a === e.row, l = !c && Math.abs(a - e.row) * n.each < 24;
    !c && (a % s !== 0 || l) || t.push({ op: "text", x: n.x(a), y: n.bottom + 15, text: r, size: 11, fill: c ? o.text : o.muted, bold: c, align: "center" });
  });
  const i = { rank: "rank, 1 is best (log)", prob: "probability", logit: "logit, less the first token's" };
  t.push({ op: "text", x: Y, y: 7, text: i[e.scale], size: 11, fill: o.muted }), t.push({ op: "text", x: n.right, y: n.bottom + 31, text: "after layer", size: 11, fill: o.muted, align: "right" });
}
function jo(t, e, n, o, s, i) {
  const r = It[n % It.length] ?? [];
  let a = [];
  const c = () => {
    a.length > 2 && t.push({ op: "path", points: a, stroke: s, line: 2.25, dash: r }), a = [];
  };
  e.values.forEach((f, u) => {
    Number.isNaN(f) ? c() : a.push(o.x(u), o.y(f));
  }), c();
  const l = Math.max(1, Math.round(16 / o.each));
  e.values.forEach((f, u) => {
    const h = Number.isNaN(e.values[u - 1] ?? NaN) && Number.isNaN(e.values[u + 1] ?? NaN), d = u === e.values.length - 1;
    !Number.isNaN(f) && (u % l === 0 || d || h) && Re(t, $t[n % $t.length] ?? "circle", o.x(u), o.y(f), s, i);
  });
}
function Re(t, e, n, o, s, i) {
  const c = { fill: e.endsWith("-open") ? i.surface : s, stroke: s, line: 1.75 }, l = 4;
  switch (e.replace("-open", "")) {
    case "diamond":
      t.push({ op: "path", points: [n, o - l - 1, n + l + 1, o, n, o + l + 1, n - l - 1, o], close: !0, ...c });
      break;
    case "triangle":
      t.push({ op: "path", points: [n, o - l - 0.5, n + l + 0.5, o + l - 0.5, n - l - 0.5, o + l - 0.5], close: !0, ...c });
      break;
    case "square":
      t.push({ op: "path", points: [n - l + 0.5, o - l + 0.5, n + l - 0.5, o - l + 0.5, n + l - 0.5, o + l - 0.5, n - l + 0.5, o + l - 0.5], close: !0, ...c });
      break;
    default:
      t.push({ op: "circle", x: n, y: o, r: l - 0.5, ...c });
  }
}
const Wo = { rank: O, prob: I, logit: R };
function Fo(t, e, n, o, s) {
  const i = e.lines.flatMap((c, l) => {
    const f = c.values.findLastIndex((u) => !Number.isNaN(u));
    return f < 0 ? [] : [{ line: c, i: l, row: f, from: n.y(c.values[f]), y: 0 }];
  });
  i.sort((c, l) => c.from - l.from);
  let r = Q - 6;
  for (const c of i)
    c.y = Math.max(c.from, r), r = c.y + oe;
  let a = n.bottom + 6;
  for (const c of [...i].reverse())
    c.y = Math.min(c.y, a), a = c.y - oe;
  for (const { line: c, i: l, row: f, from: u, y: h } of i) {
    const d = s[l % s.length], g = Wo[e.scale](c.values[f]);
    t.push({ op: "lines", points: [n.x(f) + 6, u, n.right + 10, h], stroke: d, line: 1 });
    const w = st(S(c.text), Ut - 74, { size: 12, mono: !0 });
    t.push({ op: "text", x: n.right + 14, y: h, text: w, size: 12, mono: !0, bold: !0, fill: o.text }), t.push({ op: "text", x: n.right + 22 + ft(w, { size: 12, mono: !0, bold: !0 }), y: h, text: g, size: 12, fill: o.muted });
  }
}
function Do(t, e, n, o, s, i, r) {
  const a = o.bottom + 40 + s * V, c = `not recorded: beyond the top ${e.topK}`;
  for (const [l, f] of No(n.values)) {
    const [u, h] = [o.x(l) - o.each / 2 + 1, o.x(f) + o.each / 2 - 1];
    t.push({ op: "rect", x: u, y: a, w: h - u, h: V - 5, fill: r.sunken, round: 3 }), t.push({ op: "rect", x: u, y: a, w: 3, h: V - 5, fill: i });
    const d = st(c, h - u - 12, { size: 10 });
    d && t.push({ op: "text", x: u + 8, y: a + (V - 5) / 2, text: d, size: 10, fill: r.muted });
  }
  t.push({ op: "text", x: o.right + 14, y: a + (V - 5) / 2, text: st(S(n.text), Ut - 20, { size: 11, mono: !0 }), size: 11, mono: !0, fill: r.muted });
}
const Ko = [["rank", "Rank"], ["prob", "Probability"], ["logit", "Logit difference"]];
function Uo(t) {
  const e = M({ width: 0, height: 0 }), n = p("canvas", { class: "f-chart", role: "img" }), o = p("div", { class: "f-chart-box", tabindex: "0", "aria-label": "Chart over the layers: arrows move", role: "group" }, n), s = p("ul", { class: "f-chips", "aria-label": "Watched tokens" }), i = p("p", { class: "f-watch-place" }), r = p("section", { class: "f-watch-view", "aria-label": "Watched tokens over the layers" }, p("div", { class: "f-watch-head" }, i, Go(t)), p("div", { class: "f-watch-tokens" }, s, Zo(t)), o), a = P(() => {
    const h = t.reading.value, { row: d, column: g } = t.shown.value, w = t.watchScale.value;
    return {
      lines: Eo(t, h, g, w),
      scale: w,
      rows: h.rows.map((v, m) => h.rowName(m)),
      row: d,
      vocabulary: h.info.model.vocabulary,
      topK: h.columns.topK,
      ...e.value
    };
  });
  let c = [], l = 0;
  const f = [
    x(() => {
      const h = a.value, d = t.shade.value;
      !h.width || !h.height || (c = Oo(h, W(d), we(d)), n.setAttribute("aria-label", Ho(t, h)), cancelAnimationFrame(l), l = requestAnimationFrame(() => {
        const g = n.getContext("2d");
        if (!g) return;
        Tt(n, h.width, h.height);
        const w = n.width / h.width;
        g.setTransform(w, 0, 0, w, 0, 0), g.clearRect(0, 0, h.width, h.height), Lt(g, c);
      }));
    }),
    x(() => s.replaceChildren(...t.watched.value.map((h, d) => Vo(t, h, d)))),
    x(() => {
      const h = t.reading.value, { column: d } = t.shown.value;
      i.replaceChildren(
        p("strong", {}, `Position ${h.positions[d]}`),
        " after ",
        B(S(h.input(d)?.text ?? "")),
        p("span", { class: "f-soft" }, h.targets[d]?.isArgmax ? ", then the model's choice " : ", before "),
        B(S(h.targetText(d)))
      );
    }),
    Yo(t)
  ];
  qo(t, n, () => a.peek());
  const u = new ResizeObserver(() => {
    e.value = { width: o.clientWidth, height: o.clientHeight };
  });
  return u.observe(o), {
    element: r,
    drawing: () => ({ ops: c, ...e.peek() }),
    focus: () => o.focus(),
    dispose() {
      f.forEach((h) => h()), u.disconnect(), cancelAnimationFrame(l);
    }
  };
}
function qo(t, e, n) {
  e.addEventListener("pointermove", (o) => {
    if (t.pinned.peek()) return;
    const s = se(n(), o.offsetX), i = t.shown.peek().column;
    t.hover.peek()?.row !== s && (t.hover.value = { row: s, column: i });
  }), e.addEventListener("pointerleave", () => t.hover.value = null), e.addEventListener("click", (o) => {
    t.move(se(n(), o.offsetX), t.shown.peek().column), t.pinned.value = !0;
  });
}
function Ho(t, e) {
  const n = t.reading.peek(), { column: o } = t.shown.peek(), s = n.lastRow, i = t.watched.peek().map(({ id: r, text: a }) => {
    const c = Ct(n, t.asked.peek().get(r), r, o)[s];
    return `${S(a)} ${c ? `rank ${O(c.rank)}, ${I(c.prob)}` : "not recorded"}`;
  });
  return `${e.rows.length} layers at position ${n.positions[o]}; after the last: ${i.join("; ") || "nothing is watched"}`;
}
function Go(t) {
  const e = Ko.map(([n, o]) => {
    const s = p("input", { type: "radio", name: `f-scale-${t.uid}`, value: n, onchange: () => t.watchScale.value = n });
    return { scale: n, input: s, element: p("label", {}, s, p("span", {}, o)) };
  });
  return x(() => e.forEach(({ scale: n, input: o }) => o.checked = t.watchScale.value === n)), p("div", { class: "f-segments", role: "radiogroup", "aria-label": "Scale" }, ...e.map(({ element: n }) => n));
}
function Vo(t, e, n) {
  const o = S(e.text), s = `var(--f-series-${n})`, i = (It[n] ?? []).join(" "), r = ot("line", { x1: 1, y1: 8, x2: 27, y2: 8, "stroke-width": 2.25, "stroke-dasharray": i || null });
  r.style.stroke = s;
  const a = ot("svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, r, Xo(n, s)), c = p("button", { class: "f-watch", type: "button", "aria-label": `Stop watching ${o}`, title: "Stop watching", onclick: () => t.toggleWatch(e) }, _("close"));
  return p("li", { class: "f-chip" }, a, B(o), c);
}
function Xo(t, e) {
  const n = [], o = $t[t % $t.length] ?? "circle";
  Re(n, o, 14, 8, "#000000", W("light"));
  const s = n[0], i = s?.op === "path" ? ot("polygon", { points: s.points.join(" ") }) : ot("circle", { cx: 14, cy: 8, r: 3.5 });
  return i.style.stroke = e, i.style.strokeWidth = "1.75", i.style.fill = o.endsWith("-open") ? "var(--f-surface)" : e, i;
}
function Zo(t) {
  const e = p("input", { class: "f-input", type: "text", placeholder: "Watch a token, e.g. ␣is", "aria-label": "Watch a token", spellcheck: "false", autocomplete: "off" }), n = p("span", { class: "f-note", role: "status" }), o = p("form", { class: "f-adder" }, e, p("button", { class: "f-button", type: "submit" }, "Watch"), n);
  return o.addEventListener("submit", (s) => {
    s.preventDefault();
    const i = e.value;
    if (!i) return;
    const r = Ao(t.reading.peek(), i);
    n.textContent = "", t.watched.peek().length >= nt ? n.textContent = `At most ${nt} tokens can be told apart.` : r ? (t.watched.peek().some((a) => a.id === r.id) || t.toggleWatch(r), r.guessed && (n.textContent = `Taken as ${S(r.text)}, with the space before it.`), e.value = "") : t.source.ranks ? Jo(t, i, n).then((a) => a && (e.value = "")) : n.textContent = `This reading holds no token ${S(i)}. Record it: --watch when the reading is made.`;
  }), o;
}
async function Jo(t, e, n) {
  n.textContent = "Asking …";
  try {
    const [o] = await t.source.ranks?.([{ text: e.replace(/␣/g, " ") }]) ?? [];
    if (!o) throw new Error("no such token");
    return t.asked.value = new Map(t.asked.peek()).set(o.id, o), t.watched.peek().some((s) => s.id === o.id) || t.toggleWatch({ id: o.id, text: o.text }), n.textContent = "", !0;
  } catch (o) {
    return n.textContent = o instanceof Error ? o.message : String(o), !1;
  }
}
function Yo(t) {
  const e = /* @__PURE__ */ new Set();
  let n = t.reading.peek();
  return x(() => {
    const o = t.reading.value, { column: s } = t.shown.value;
    if (!t.source.ranks || t.view.value !== "watch") return;
    o !== n && (n = o, e.clear(), t.asked.value = /* @__PURE__ */ new Map());
    const i = t.watched.value.filter(
      ({ id: r }) => !e.has(r) && Ct(o, t.asked.value.get(r), r, s).includes(null)
    );
    i.length && (i.forEach(({ id: r }) => e.add(r)), t.source.ranks(i.map(({ id: r }) => ({ id: r }))).then((r) => {
      if (t.reading.peek() !== o) return;
      const a = new Map(t.asked.peek());
      for (const c of r) a.set(c.id, c);
      t.asked.value = a;
    }).catch((r) => {
      t.message.value = `The ranks could not be had: ${r instanceof Error ? r.message : String(r)}`;
    }));
  });
}
const Qo = { heatmap: So, watch: Uo, compare: co, table: Ro };
async function ts(t, e, n = {}) {
  const [o, s] = await Promise.all([e.reading(), e.other?.() ?? null]), i = new cn(o, e);
  i.other.value = s, n.view && (i.view.value = n.view), n.metric && (i.metric.value = n.metric), n.theme && (i.theme.value = n.theme);
  const r = p("div", { class: n.page ? "fathom f-page" : "fathom" });
  n.page || (r.style.height = n.height ?? "640px");
  const a = [jn(r, i)];
  (n.deepLinks ?? n.page) && a.push(_n(i));
  const c = /* @__PURE__ */ new Map(), l = p("main", { class: "f-stage" }), f = P(() => i.view.value === "compare" && !i.other.value ? "heatmap" : i.view.value), u = (k) => {
    let $ = c.get(k);
    return $ || ($ = Qo[k](i), $.element.id = `f-panel-${k}-${i.uid}`, $.element.setAttribute("aria-labelledby", `f-tab-${k}-${i.uid}`), $.element.setAttribute("role", "tabpanel"), c.set(k, $), l.append($.element)), $;
  }, h = zn(), d = bo(i, n.actions ?? []), g = $n(i, { drawing: () => u(f.peek()).drawing(), help: () => h.showModal() }), w = En(i, f), v = p("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  r.append(g.element, w.element, p("div", { class: "f-body" }, l, d.element), Nn(i), h, v), t.replaceChildren(r), a.push(
    x(() => {
      const k = f.value;
      u(k);
      for (const [$, { element: L }] of c) L.hidden = $ !== k;
    }),
    x(() => {
      v.textContent = i.message.value;
    }),
    x(() => {
      i.pinned.value && (i.message.value = `Pinned: ${Dt(i.reading.peek(), i.cursor.peek().row, i.cursor.peek().column)}`);
    })
  );
  const m = n.page ? document : r, b = (k) => {
    Cn(i, { find: g.find, help: () => h.showModal() }, k) && k.preventDefault();
  };
  return m.addEventListener("keydown", b), {
    state: i,
    update: (k) => es(i, k),
    compareWith(k) {
      i.other.value = k, !k && i.view.peek() === "compare" && (i.view.value = "heatmap");
    },
    destroy() {
      m.removeEventListener("keydown", b), a.forEach((k) => k()), [g, w, d, ...c.values()].forEach((k) => k.dispose()), r.remove();
    }
  };
}
function es(t, e) {
  const n = t.reading.peek(), { row: o, column: s } = t.cursor.peek(), [i, r] = [n.positions[s], n.rowName(o)], a = s === n.width - 1 && !t.pinned.peek() && n.width > 1;
  t.hover.value = null;
  const c = e.positions.indexOf(i ?? -1), l = e.rows.findIndex((u, h) => e.rowName(h) === r), f = {
    row: l < 0 ? e.lastRow : l,
    column: a || c < 0 ? e.width - 1 : c
  };
  e.width >= n.width && e.height >= n.height ? (t.reading.value = e, t.cursor.value = f) : (t.cursor.value = { row: 0, column: 0 }, t.reading.value = e, t.cursor.value = f);
}
class qt {
  info;
  tokens;
  rows;
  positions;
  targets;
  watched;
  columns;
  vocabulary;
  constructor(e) {
    this.info = e.info, this.tokens = e.tokens, this.rows = e.rows, this.positions = e.positions, this.targets = e.targets, this.watched = e.watched, this.columns = e.columns, this.vocabulary = e.vocabulary;
  }
  get width() {
    return this.positions.length;
  }
  get height() {
    return this.rows.length;
  }
  cell(e, n) {
    return e * this.positions.length + n;
  }
  /** Text of a token on its own, raw. */
  text(e) {
    return this.vocabulary.get(e) ?? `⟨id ${e}⟩`;
  }
  /** `embed`, `12`, `12.attn_out`. */
  rowName(e) {
    const n = this.rows[e];
    return n ? n.layer < 0 ? n.site : n.site === "resid_post" ? String(n.layer) : `${n.layer}.${n.site}` : "";
  }
  /** The token whose state the column reads. */
  input(e) {
    return this.tokens[this.positions[e] ?? -1];
  }
  /** The token that came next, if one did. */
  next(e) {
    return this.tokens[(this.positions[e] ?? -2) + 1];
  }
  /** Text of the column's target: as it stands in the run where it came, on its own where it is the model's choice. */
  targetText(e) {
    return this.next(e)?.text ?? this.text(this.targets[e]?.id ?? -1);
  }
  topId(e, n, o = 0) {
    const s = this.columns.topK;
    return o < s ? this.columns.topId[this.cell(e, n) * s + o] : -1;
  }
  /** The best candidates, best first. Their ranks are exact: all that beat them are among them. */
  top(e, n) {
    const { topK: o, topId: s, topLogit: i, topProb: r } = this.columns, a = this.cell(e, n) * o, c = [];
    for (let l = 0; l < o; l++) {
      const f = i[a + l], u = c[l - 1], h = u && u.logit === f ? u.rank : l + 1;
      c.push({ id: s[a + l], logit: f, prob: r[a + l], rank: h });
    }
    return c;
  }
  target(e, n) {
    const o = this.cell(e, n), s = this.columns;
    return {
      id: this.targets[n]?.id ?? -1,
      logit: s.targetLogit[o],
      prob: s.targetProb[o],
      rank: s.targetRank[o]
    };
  }
  /** Tokens before the first output token. */
  promptLength() {
    const e = this.tokens.findIndex((n) => n.origin === "output");
    return e < 0 ? this.tokens.length : e;
  }
  /** The column of the blank: the last prompt token's, or the nearest that was read. */
  blank() {
    const e = this.promptLength() - 1;
    let n = this.positions.length - 1;
    for (let o = 0; o < this.positions.length; o++) this.positions[o] <= e && (n = o);
    return this.positions.includes(e) ? this.positions.indexOf(e) : Math.max(0, n);
  }
  /** The row of the model's own output. */
  get lastRow() {
    return this.rows.length - 1;
  }
}
const zt = "fathom.pack/1";
class T extends Error {
  name = "BadReading";
}
async function ns(t) {
  const e = new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(e).arrayBuffer());
  } catch {
    throw new T("the pack is no whole gzip stream");
  }
}
function os(t) {
  const e = t.length / 4, n = new Uint32Array(e);
  for (let o = 0; o < e; o++)
    n[o] = (t[o] | t[e + o] << 8 | t[2 * e + o] << 16 | t[3 * e + o] << 24) >>> 0;
  return n;
}
function ss(t, e, n) {
  const o = /* @__PURE__ */ new Map();
  let s = n;
  for (const { name: i, type: r, values: a } of t.columns) {
    const c = s + 4 * a;
    if (!Number.isSafeInteger(c) || a < 0 || c > e.length) throw new T(`${i}: cut off`);
    if (o.has(i)) throw new T(`column ${i} stands twice`);
    o.set(i, { type: r, words: os(e.subarray(s, c)) }), s = c;
  }
  if (s !== e.length) throw new T("there is more after the columns");
  return o;
}
function ze(t) {
  const { model: e, lens: n, precision: o, run_id: s, program: i } = t;
  if (!e || !n || !Array.isArray(t.tokens)) throw new T("the reading names no model or tokens");
  const r = (t.watched ?? []).map((l) => ({
    text: l.text,
    ids: l.ids,
    sequence: l.sequence ? { position: l.sequence.position, logprobBits: l.sequence.logprob_bits } : void 0
  })), a = new Map((t.vocabulary ?? []).map((l) => [l.id, l.text]));
  return { info: { model: e, lens: n, precision: o, sampling: t.sampling ?? null, run_id: s, program: i }, tokens: t.tokens, watched: r, vocabulary: a };
}
async function _t(t) {
  const e = await ns(t), n = e.length < 4 ? 1 / 0 : new DataView(e.buffer).getUint32(0, !0);
  if (4 + n > e.length) throw new T("the pack's head is cut off");
  let o;
  try {
    o = JSON.parse(new TextDecoder("utf-8", { fatal: !0 }).decode(e.subarray(4, 4 + n)));
  } catch {
    throw new T("the pack's head is no JSON");
  }
  if (o.pack !== zt && !String(o.pack).startsWith(`${zt}.`))
    throw new T(`this reading's form is ${String(o.pack)}, and this viewer reads ${zt}`);
  const s = ss(o, e, 4 + n), { rows: i, positions: r } = o.reading, a = ze(o.reading), c = i.length * r.length, l = (m, b, k) => {
    const $ = s.get(m);
    if (!$ || $.type !== b || $.words.length !== k)
      throw new T(`${m}: expected ${k} values of ${b}`);
    return $.words;
  }, f = (m, b = 1) => new Float32Array(l(m, "f32", c * b).buffer), u = (m, b = 1) => {
    const k = l(m, "u32", c * b);
    if (k.includes(0)) throw new T(`${m}: 0 is no rank`);
    return k;
  }, [h, d] = [o.top_k, a.watched.length], g = {
    targetLogit: f("target_logit"),
    targetProb: f("target_prob"),
    targetRank: u("target_rank"),
    entropyBits: f("entropy_bits"),
    klBits: f("kl_bits"),
    klReverseBits: f("kl_reverse_bits"),
    surprisalBits: f("surprisal_bits"),
    topK: h,
    topId: l("top_id", "u32", c * h),
    topLogit: f("top_logit", h),
    topProb: f("top_prob", h),
    watchLogit: f("watch_logit", d),
    watchProb: f("watch_prob", d),
    watchRank: u("watch_rank", d)
  }, w = l("target_id", "u32", r.length), v = r.map((m, b) => {
    const [k, $] = [w[b], a.tokens[m + 1]];
    if (!a.tokens[m] || $ && $.id !== k) throw new T(`target of position ${m}`);
    return { id: k, isArgmax: $ === void 0 };
  });
  return new qt({ ...a, rows: i, positions: r, targets: v, columns: g });
}
function is(t, e) {
  const n = { reading: () => _t(t) };
  return e && (n.other = () => _t(e)), n;
}
const us = (t, e) => ({
  reading: () => Promise.resolve(t),
  ...e ? { other: () => Promise.resolve(e) } : {}
});
function hs(t, e) {
  const n = async (o) => {
    const s = await fetch(`${o}?format=pack`);
    if (!s.ok) throw new Error(await ie(s));
    return _t(new Uint8Array(await s.arrayBuffer()));
  };
  return {
    reading: () => n(t),
    ...e ? { other: () => n(e) } : {},
    async ranks(o) {
      const s = await fetch(`${t}/ranks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ tokens: o })
      });
      if (!s.ok) throw new Error(await ie(s));
      const { tokens: i } = await s.json(), r = (a) => Float32Array.from(a, (c) => c ?? NaN);
      return i.map((a) => ({
        id: a.id,
        text: a.text,
        logit: r(a.logit),
        prob: r(a.prob),
        rank: Uint32Array.from(a.rank)
      }));
    }
  };
}
async function ie(t) {
  const e = await t.json().catch(() => ({}));
  return e.detail ?? e.title ?? `${t.status} ${t.statusText}`;
}
function re(t) {
  const e = atob(t.trim()), n = new Uint8Array(e.length);
  for (let o = 0; o < e.length; o++) n[o] = e.charCodeAt(o);
  return n;
}
const Pt = "fathom.reading/1";
function Pe(t, e, n) {
  return {
    targetLogit: new Float32Array(t),
    targetProb: new Float32Array(t),
    targetRank: new Uint32Array(t),
    entropyBits: new Float32Array(t),
    klBits: new Float32Array(t),
    klReverseBits: new Float32Array(t),
    surprisalBits: new Float32Array(t),
    topK: e,
    topId: new Uint32Array(t * e),
    topLogit: new Float32Array(t * e),
    topProb: new Float32Array(t * e),
    watchLogit: new Float32Array(t * n),
    watchProb: new Float32Array(t * n),
    watchRank: new Uint32Array(t * n)
  };
}
const j = (t) => t ?? NaN;
function fs(t) {
  if (t.schema !== Pt && !String(t.schema).startsWith(`${Pt}.`))
    throw new T(`this reading's form is ${String(t.schema)}, and this viewer reads ${Pt}`);
  const e = ze(t), { rows: n, positions: o } = t, s = new Map(n.map((u, h) => [`${u.site} ${u.layer}`, h])), i = new Map(o.map((u, h) => [u, h])), r = t.cells[0]?.top.length ?? 0, a = Pe(n.length * o.length, r, e.watched.length), c = [], l = ({ id: u, text: h }) => e.vocabulary.set(u, h);
  let f = 0;
  for (const u of t.cells) {
    const h = s.get(`${u.site} ${u.layer}`), d = i.get(u.position);
    if (h === void 0 || d === void 0 || u.top.length !== r) throw new T("a cell that fits nowhere");
    const g = h * o.length + d;
    if (a.targetRank[g] !== 0) throw new T("a cell that stands twice");
    f++, l(u.target), c[d] = { id: u.target.id, isArgmax: u.target.is_argmax }, a.targetLogit[g] = j(u.target.logit), a.targetProb[g] = j(u.target.prob), a.targetRank[g] = u.target.rank, a.entropyBits[g] = j(u.entropy_bits), a.klBits[g] = j(u.kl_bits), a.klReverseBits[g] = j(u.kl_reverse_bits), a.surprisalBits[g] = j(u.surprisal_bits), u.top.forEach((v, m) => {
      l(v), a.topId[g * r + m] = v.id, a.topLogit[g * r + m] = j(v.logit), a.topProb[g * r + m] = j(v.prob);
    });
    const w = e.watched.length;
    u.watch.forEach((v, m) => {
      l(v), a.watchLogit[g * w + m] = j(v.logit), a.watchProb[g * w + m] = j(v.prob), a.watchRank[g * w + m] = v.rank;
    });
  }
  if (f !== n.length * o.length || f === 0) throw new T("cells are missing");
  return new qt({ ...e, rows: n, positions: o, targets: c, columns: a });
}
const rs = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"], as = ["topId", "topLogit", "topProb"], cs = ["watchLogit", "watchProb", "watchRank"];
function ds(t, e) {
  const n = (h) => h.rows.map((d) => `${d.site} ${d.layer}`).join(), o = (h) => h.watched.map((d) => d.ids.join(" ")).join();
  if (n(t) !== n(e) || t.columns.topK !== e.columns.topK || o(t) !== o(e))
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  const s = [.../* @__PURE__ */ new Set([...t.positions, ...e.positions])].sort((h, d) => h - d), i = s.map((h) => {
    const d = e.positions.indexOf(h);
    return d >= 0 ? [e, d] : [t, t.positions.indexOf(h)];
  }), [r, a] = [t.columns.topK, t.watched.length], c = Pe(s.length * t.rows.length, r, a), l = (h, d) => {
    for (const g of h) {
      const w = c[g];
      for (let v = 0; v < t.rows.length; v++)
        i.forEach(([m, b], k) => {
          const $ = m.columns[g], L = m.cell(v, b) * d;
          w.set($.subarray(L, L + d), (v * s.length + k) * d);
        });
    }
  };
  l(rs, 1), l(as, r), l(cs, a);
  const f = e.tokens.length >= t.tokens.length ? e.tokens : t.tokens, u = i.map(([h, d], g) => {
    const w = f[s[g] + 1], v = h.targets[d];
    return w && w.id === v.id ? { id: w.id, isArgmax: !1 } : v;
  });
  return new qt({
    info: e.info,
    tokens: f,
    rows: t.rows,
    positions: s,
    targets: u,
    watched: e.watched,
    columns: c,
    vocabulary: new Map([...t.vocabulary, ...e.vocabulary])
  });
}
const ae = document.getElementById("fathom-reading"), Bt = document.getElementById("fathom");
if (ae && Bt) {
  const t = document.getElementById("fathom-other"), e = is(re(ae.textContent ?? ""), t ? re(t.textContent ?? "") : void 0);
  ts(Bt, e, { page: !0, view: t ? "compare" : "heatmap" }).catch((n) => {
    Bt.textContent = `This reading can't be shown: ${n instanceof Error ? n.message : String(n)}`;
  });
}
export {
  T as BadReading,
  qt as Reading,
  P as computed,
  _t as decodePack,
  x as effect,
  re as fromBase64,
  fs as fromJson,
  hs as httpSource,
  is as inlineSource,
  ds as merge,
  ts as mount,
  ls as numbers,
  us as readySource,
  M as signal,
  S as token,
  H as visible
};
