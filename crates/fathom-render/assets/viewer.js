var Ie = Symbol.for("preact-signals");
function Pt() {
  if (K > 1)
    K--;
  else {
    var t, e = !1;
    for ((function() {
      var s = gt;
      for (gt = void 0; s !== void 0; ) {
        var i = s.S;
        if (i.v === s.v) for (var a = i.t; a !== void 0; a = a.x) a.i === s.i && (a.i = i.i);
        s = s.o;
      }
    })(); at !== void 0; ) {
      var n = at;
      for (at = void 0, mt++; n !== void 0; ) {
        var o = n.u;
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && re(n)) try {
          n.c();
        } catch (s) {
          e || (t = s, e = !0);
        }
        n = o;
      }
    }
    if (mt = 0, K--, e) throw t;
  }
}
var rt, S = void 0;
function yt(t) {
  var e = S, n = rt;
  S = void 0, rt = void 0;
  try {
    return t();
  } finally {
    S = e, rt = n;
  }
}
var at = void 0, K = 0, mt = 0, Dt = 0, gt = void 0, wt = 0;
function ie(t) {
  if (S !== void 0) {
    var e = t.n;
    if (e === void 0 || e.t !== S)
      return e = { i: 0, S: t, p: S.s, n: void 0, t: S, e: void 0, x: void 0, r: e }, S.s !== void 0 && (S.s.n = e), S.s = e, t.n = e, 32 & S.f && t.S(e), e;
    if (e.i === -1)
      return e.i = 0, e.n !== void 0 && (e.n.p = e.p, e.p !== void 0 && (e.p.n = e.n), e.p = S.s, e.n = void 0, S.s.n = e, S.s = e), e;
  }
}
function L(t, e) {
  this.v = t, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = e?.watched, this.Z = e?.unwatched, this.name = e?.name;
}
L.prototype.brand = Ie;
L.prototype.h = function() {
  return !0;
};
L.prototype.S = function(t) {
  var e = this, n = this.t;
  n !== t && t.e === void 0 && (t.x = n, this.t = t, n !== void 0 ? n.e = t : yt(function() {
    var o;
    (o = e.W) == null || o.call(e);
  }));
};
L.prototype.U = function(t) {
  var e = this;
  if (this.t !== void 0) {
    var n = t.e, o = t.x;
    n !== void 0 && (n.x = o, t.e = void 0), o !== void 0 && (o.e = n, t.x = void 0), t === this.t && (this.t = o, o === void 0 && yt(function() {
      var s;
      (s = e.Z) == null || s.call(e);
    }));
  }
};
L.prototype.subscribe = function(t) {
  var e = this;
  return y(function() {
    var n = e.value;
    yt(function() {
      return t(n);
    });
  }, { name: "sub" });
};
L.prototype.valueOf = function() {
  return this.value;
};
L.prototype.toString = function() {
  return this.value + "";
};
L.prototype.toJSON = function() {
  return this.value;
};
L.prototype.peek = function() {
  var t = this;
  return yt(function() {
    return t.value;
  });
};
Object.defineProperty(L.prototype, "value", { get: function() {
  var t = ie(this);
  return t !== void 0 && (t.i = this.i), this.v;
}, set: function(t) {
  if (t !== this.v) {
    if (mt > 100) throw new Error("Cycle detected");
    (function(n) {
      K !== 0 && mt === 0 && n.l !== Dt && (n.l = Dt, gt = { S: n, v: n.v, i: n.i, o: gt });
    })(this), this.v = t, this.i++, wt++, K++;
    try {
      for (var e = this.t; e !== void 0; e = e.x) e.t.N();
    } finally {
      Pt();
    }
  }
} });
function x(t, e) {
  return new L(t, e);
}
function re(t) {
  for (var e = t.s; e !== void 0; e = e.n) if (e.S.i !== e.i || !e.S.h() || e.S.i !== e.i) return !0;
  return !1;
}
function ae(t) {
  for (var e = t.s; e !== void 0; e = e.n) {
    var n = e.S.n;
    if (n !== void 0 && (e.r = n), e.S.n = e, e.i = -1, e.n === void 0) {
      t.s = e;
      break;
    }
  }
}
function ce(t) {
  for (var e = t.s, n = void 0; e !== void 0; ) {
    var o = e.p;
    e.i === -1 ? (e.S.U(e), o !== void 0 && (o.n = e.n), e.n !== void 0 && (e.n.p = o)) : n = e, e.S.n = e.r, e.r !== void 0 && (e.r = void 0), e = o;
  }
  t.s = n;
}
function q(t, e) {
  L.call(this, void 0, e), this.x = t, this.s = void 0, this.g = wt - 1, this.f = 4;
}
q.prototype = new L();
q.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === wt)) return !0;
  if (this.g = wt, this.f |= 1, this.i > 0 && !re(this))
    return this.f &= -2, !0;
  var t = S;
  try {
    ae(this), S = this;
    var e = this.x();
    (16 & this.f || this.v !== e || this.i === 0) && (this.v = e, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return S = t, ce(this), this.f &= -2, !0;
};
q.prototype.S = function(t) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var e = this.s; e !== void 0; e = e.n) e.S.S(e);
  }
  L.prototype.S.call(this, t);
};
q.prototype.U = function(t) {
  if (this.t !== void 0 && (L.prototype.U.call(this, t), this.t === void 0)) {
    this.f &= -33;
    for (var e = this.s; e !== void 0; e = e.n) e.S.U(e);
  }
};
q.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var t = this.t; t !== void 0; t = t.x) t.t.N();
  }
};
Object.defineProperty(q.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var t = ie(this);
  if (this.h(), t !== void 0 && (t.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function A(t, e) {
  return new q(t, e);
}
function le(t) {
  var e = t.j;
  if (t.j = void 0, typeof e == "function") {
    K++;
    var n = S;
    S = void 0;
    try {
      e();
    } catch (o) {
      throw t.f &= -2, t.f |= 8, zt(t), o;
    } finally {
      S = n, Pt();
    }
  }
}
function zt(t) {
  for (var e = t.s; e !== void 0; e = e.n) e.S.U(e);
  t.x = void 0, t.s = void 0, le(t);
}
function Oe(t) {
  if (S !== this) throw new Error("Out-of-order effect");
  ce(this), S = t, this.f &= -2;
  try {
    8 & this.f && zt(this);
  } finally {
    Pt();
  }
}
function ot(t, e) {
  this.x = t, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = e?.name, rt && rt.push(this);
}
ot.prototype.c = function() {
  var t = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var e = this.x();
    typeof e == "function" && (this.j = e);
  } finally {
    t();
  }
};
ot.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, le(this), ae(this), K++;
  var t = S;
  return S = this, Oe.bind(this, t);
};
ot.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = at, at = this);
};
ot.prototype.d = function() {
  this.f |= 8, 1 & this.f || zt(this);
};
ot.prototype.dispose = function() {
  this.d();
};
function y(t, e) {
  var n = new ot(t, e);
  try {
    n.c();
  } catch (s) {
    throw n.d(), s;
  }
  var o = n.d.bind(n);
  return o[Symbol.dispose] = o, o;
}
const ue = "–";
function R(t) {
  if (Number.isNaN(t)) return ue;
  if (t < Math.fround(1e-4)) return "<0.01%";
  if (t > Math.fround(0.9999)) return ">99.99%";
  const e = t * 100;
  return `${e.toFixed(e >= 9.995 && e < 98.95 ? 1 : 2)}%`;
}
function T(t) {
  if (Number.isNaN(t)) return ue;
  if (!Number.isFinite(t)) return t > 0 ? "∞" : "-∞";
  const e = t.toFixed(Math.abs(t) < 99.995 ? 2 : 1);
  return e === "-0.00" ? "0.00" : e;
}
const P = (t) => String(t).replace(/\B(?=(\d{3})+$)/g, ",");
function he(t) {
  return t < 1e4 ? String(t) : t < 1e6 ? `${Math.floor(t / 1e3)}k` : `${Math.floor(t / 1e6)}M`;
}
const ps = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.defineProperty({
  __proto__: null,
  bits: T,
  percent: R,
  rank: P,
  rankShort: he
}, Symbol.toStringTag, { value: "Module" })), _e = { light: { surface: "#ffffff", raised: "#f6f7f9", sunken: "#eceff3", text: "#16181d", muted: "#595f69", line: "#d5d9e0", accent: "#0072b2", focus: "#b0005e", warning: "#8a4b00" }, dark: { surface: "#14161b", raised: "#1d2027", sunken: "#0e1014", text: "#eceef2", muted: "#a2a9b5", line: "#363b45", accent: "#56b4e9", focus: "#ff7ab8", warning: "#f0b357" } }, We = { default: "cividis", light: { cividis: ["#fee838", "#f0d846", "#dec958", "#cdbb63", "#bcae6c", "#aba072", "#9b9476", "#8c8878", "#7d7c78", "#6f7073", "#61656f", "#535a6d", "#434e6c", "#32436d", "#1a386f", "#002e6a", "#00224e"], viridis: ["#fde725", "#d8e219", "#addc30", "#84d44b", "#5ec962", "#3fbc73", "#28ae80", "#1fa088", "#21918c", "#26828e", "#2c728e", "#33638d", "#3b528b", "#424086", "#472d7b", "#48186a", "#440154"], rose: ["#f8ecf5", "#f7e0f0", "#f5d5eb", "#f3c9e5", "#f1bede", "#f0b2d8", "#eea6d1", "#ec9ac9", "#ea8ec1", "#e782b9", "#e575b0", "#e368a7", "#e05a9e", "#dd4b95", "#da398b", "#d72381", "#d30076"] }, dark: { cividis: ["#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78", "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838"], viridis: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"], rose: ["#281a37", "#322041", "#3d264b", "#482c55", "#54325f", "#603869", "#6d3e72", "#7b447b", "#884a84", "#97508c", "#a55694", "#b45c9b", "#c462a2", "#d369a8", "#e36fad", "#f476b2", "#ff7cb7"] } }, je = { light: ["#00569f", "#256bab", "#467eb6", "#6492c2", "#81a6cd", "#9ebad8", "#bbcee2", "#d9e2ed", "#f7f7f7", "#f2e1da", "#edccbd", "#e7b6a1", "#e0a185", "#d88b68", "#d0754b", "#c75f28", "#bd4600"], dark: ["#52b5f4", "#4ea1d8", "#4a8ebc", "#467ca1", "#406a86", "#3b586d", "#354754", "#2e363d", "#262626", "#3d342c", "#554131", "#6e4f36", "#875d39", "#a26b3c", "#bd7a3e", "#d98840", "#f59740"] }, Fe = { light: ["#0072b2", "#d55e00", "#009e73", "#b9588f", "#a97000", "#2f8fc6", "#5f6368", "#857500"], dark: ["#56b4e9", "#e69f00", "#2dbd92", "#dd8fbb", "#f0e442", "#ef7b2f", "#a3b8cc", "#8fd3c1"], dashes: [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [5, 2, 1.5, 2, 1.5, 2], [1, 3], [12, 3], [4, 4]], markers: ["circle", "diamond", "triangle", "square", "circle-open", "diamond-open", "triangle-open", "square-open"] }, De = { rank: { label: "rank", curve: "log", strong: 1, faint: 5e3, blank: 5e3, ticks: [1, 3, 10, 30, 100, 300, 1e3, 5e3] }, prob: { label: "probability", curve: "root", strong: 1, faint: 0, blank: 1e-4, ticks: [1, 0.5, 0.2, 0.05, 0.01, 1e-4] }, logit: { label: "logit", curve: "linear", strong: null, faint: null, blank: null, ticks: [] }, entropy: { label: "entropy, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, kl: { label: "KL, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, surprisal: { label: "surprisal, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] } }, F = {
  grounds: _e,
  ramps: We,
  diverging: je,
  series: Fe,
  metrics: De
}, Bt = ["cividis", "viridis", "rose"], Ke = F.ramps.default, fe = F.metrics, Tt = F.series.dashes, vt = F.series.markers, _ = (t) => F.grounds[t], de = (t) => F.series[t], Ue = (t) => [1, 3, 5].map((e) => parseInt(t.slice(e, e + 2), 16));
function qe([t, e, n]) {
  const o = (s) => {
    const i = s / 255;
    return i <= 0.04045 ? i / 12.92 : ((i + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * o(t) + 0.7152 * o(e) + 0.0722 * o(n);
}
function He(t) {
  const e = qe(t);
  return (e + 0.05) / 0.05 >= 1.05 / (e + 0.05) ? "#000000" : "#ffffff";
}
function Ge(t) {
  const e = t.map(Ue), n = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let o = 0; o < 256; o++) {
    const s = o / 255 * (e.length - 1), i = Math.min(Math.floor(s), e.length - 2), [a, r] = [e[i], e[i + 1]], c = a.map((l, f) => Math.round(l + (r[f] - l) * (s - i)));
    n.css.push(`#${c.map((l) => l.toString(16).padStart(2, "0")).join("")}`), n.ink.push(He(c)), n.packed[o] = (255 << 24 | c[2] << 16 | c[1] << 8 | c[0]) >>> 0;
  }
  return n;
}
const Kt = /* @__PURE__ */ new Map();
function Y(t, e) {
  const n = `${t} ${e}`;
  let o = Kt.get(n);
  return o || (o = Ge(t === "diverging" ? F.diverging[e] : F.ramps[e][t]), Kt.set(n, o)), o;
}
const xt = (t) => t >= 0 ? Math.round(Math.min(t, 1) * 255) : -1, U = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: he, ofTarget: !0 },
  prob: { name: "Probability", describe: "probability of the token that came next", write: R, ofTarget: !0 },
  logit: { name: "Logit", describe: "logit of the token that came next, on this reading’s own range", write: T, ofTarget: !0 },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: T, ofTarget: !1 },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: T, ofTarget: !1 },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: T, ofTarget: !0 }
}, G = Object.keys(U);
function Q(t, e) {
  const n = t.columns;
  return { rank: n.targetRank, prob: n.targetProb, logit: n.targetLogit, entropy: n.entropyBits, kl: n.klBits, surprisal: n.surprisalBits }[e];
}
const Ut = /* @__PURE__ */ new WeakMap();
function pe(t) {
  let e = Ut.get(t);
  if (!e) {
    e = [1 / 0, -1 / 0];
    for (const n of t.columns.targetLogit)
      n < e[0] && (e[0] = n), n > e[1] && (e[1] = n);
    e[0] > e[1] && (e = [0, 0]), Ut.set(t, e);
  }
  return e;
}
function It(t, e) {
  if (t !== "logit") return (s) => me(t, s);
  const [n, o] = pe(e);
  return (s) => o > n ? (s - n) / (o - n) : s === n ? 1 : NaN;
}
function me(t, e) {
  const { curve: n, strong: o, faint: s, blank: i } = fe[t];
  return n === "log" ? e > i ? NaN : 1 - Math.log(e / o) / Math.log(s / o) : o > s ? e < i ? NaN : Math.sqrt((e - s) / (o - s)) : e <= i ? 1 - Math.sqrt(Math.max(0, e - o) / (s - o)) : NaN;
}
function Ve(t, e) {
  if (t === "logit") {
    const [a, r] = pe(e);
    return { ticks: [1, 0.75, 0.5, 0.25, 0].map((l) => ({ label: (a + (r - a) * l).toFixed(1), strength: l })), blank: "scale: this reading’s own" };
  }
  const n = (a) => t === "prob" ? `${+(a * 100).toPrecision(2)}%` : t === "rank" ? P(a) : String(a), { ticks: o, blank: s } = fe[t], i = t === "prob" ? `blank: below ${n(s)}` : `blank: beyond ${n(s)}`;
  return { ticks: o.map((a) => ({ label: n(a), strength: me(t, a) })), blank: i };
}
const Xe = 3, Ze = /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u, Je = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u, qt = (t) => Ze.test(t) || (t.codePointAt(0) & 65534) === 65534, lt = /* @__PURE__ */ new Map();
function D(t) {
  let e = lt.get(t);
  return e === void 0 && (e = Ye(t), lt.size > 1e5 && lt.clear(), lt.set(t, e)), e;
}
function Ye(t) {
  const e = t.length - t.replace(/^ +/, "").length, n = t.replace(/ +$/, "").length;
  let o = "", s = 0, i = 0;
  for (const a of t) {
    const r = !qt(a) && Je.test(a);
    s = r ? s + 1 : 0, a === " " && (i < e || i >= n) ? o += "␣" : a === `
` ? o += "⏎" : a === "	" ? o += "⇥" : qt(a) || s > Xe ? o += `⟨U+${a.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : o += r && o === "" ? `◌${a}` : a, i += a.length;
  }
  return o;
}
const $ = (t) => t === "" ? "''" : D(t);
function Qe(t, e) {
  const n = It(e, t);
  return Int16Array.from(Q(t, e), (o) => xt(n(o)));
}
function tn(t, e) {
  const n = t.input(e);
  return {
    index: String(t.positions[e] ?? ""),
    input: $(n?.text ?? ""),
    target: $(t.targetText(e)),
    origin: n?.origin ?? "prompt",
    argmax: t.targets[e]?.isArgmax ?? !1
  };
}
function Ot(t, e, n) {
  const [o] = t.top(e, n), s = t.target(e, n), i = t.rowName(e), a = `${/^\d/.test(i) ? `layer ${i}` : i}, position ${t.positions[n]}, after ${$(t.input(n)?.text ?? "")}`, r = o ? `top ${$(t.text(o.id))} ${R(o.prob)}` : "no candidates";
  return `${a}: ${r}; target ${$(t.targetText(n))} rank ${P(s.rank)}, ${R(s.prob)}`;
}
function bt(t, e, n) {
  const o = Q(t, e), s = U[e].write, i = t.lastRow;
  return {
    rows: t.height,
    columns: t.width,
    steps: Qe(t, e),
    lut: n,
    rowName: (a) => t.rowName(a),
    head: (a) => tn(t, a),
    label: (a, r) => $(t.text(t.topId(a, r))),
    number: (a, r) => s(o[t.cell(a, r)]),
    tick: (a, r) => t.topId(a, r) === t.topId(i, r),
    describe: (a, r) => Ot(t, a, r)
  };
}
const ge = (t, e, n, o) => t.input(e)?.bytes === n.input(o)?.bytes;
function en(t, e, n) {
  const o = n === null ? on(t, e) : sn(t.width, e.width, n), s = (r) => r.rows.map((c, l) => r.rowName(l)).join(), i = s(t) !== s(e), a = t.rows.map((r, c) => i ? nn(t, e, c) : c);
  return { columns: o, rows: a, byDepth: i, common: we(t, e) };
}
function nn(t, e, n) {
  const o = (i, a) => ((i.rows[a]?.layer ?? 0) + 1) / Math.max(1, i.info.model.layers);
  let s = 0;
  for (let i = 1; i < e.height; i++)
    Math.abs(o(e, i) - o(t, n)) <= Math.abs(o(e, s) - o(t, n)) && (s = i);
  return s;
}
function we(t, e) {
  let n = 0;
  for (; n < t.width && n < e.width && ge(t, n, e, n); ) n++;
  return n;
}
function on(t, e) {
  const n = we(t, e), o = Math.min(t.width, e.width);
  let s = 0;
  for (; n + s < o && ge(t, t.width - 1 - s, e, e.width - 1 - s); ) s++;
  const i = [], [a, r] = [t.width - s, e.width - s];
  for (let c = 0; c < n; c++) i.push({ a: c, b: c });
  for (let c = n; c < a || c < r; c++) i.push({ a: c < a ? c : null, b: c < r ? c : null });
  for (let c = 0; c < s; c++) i.push({ a: a + c, b: r + c });
  return i;
}
function sn(t, e, n) {
  const o = [];
  for (let s = Math.min(0, -n); s < Math.max(t, e - n); s++) {
    const i = s + n, a = { a: s >= 0 && s < t ? s : null, b: i >= 0 && i < e ? i : null };
    (a.a !== null || a.b !== null) && o.push(a);
  }
  return o;
}
const tt = 8;
let rn = 0;
class an {
  constructor(e, n) {
    this.source = n, this.reading = x(e), this.cursor = x({ row: e.lastRow, column: e.blank() }), this.watched = x(cn(e)), this.shown = A(() => this.pinned.value ? this.cursor.value : this.hover.value ?? this.cursor.value), this.alignment = A(() => {
      const o = this.other.value;
      return o && en(this.reading.value, o, this.shift.value);
    }), this.shade = A(() => {
      const o = this.theme.value;
      return o === "auto" ? this.systemDark.value ? "dark" : "light" : o;
    });
  }
  /** Tells the ids of one viewer in a page from another's. */
  uid = `v${++rn}`;
  reading;
  other = x(null);
  view = x("heatmap");
  metric = x("rank");
  theme = x("auto");
  systemDark = x(!1);
  ramp = x(Ke);
  /** Where the keyboard is. */
  cursor;
  hover = x(null);
  pinned = x(!1);
  watched;
  watchScale = x("rank");
  /** Numbers that the source was asked for, by token. */
  asked = x(/* @__PURE__ */ new Map());
  find = x("");
  /** By hand: how far B's columns are moved; null: aligned by common beginning and end. */
  shift = x(null);
  /** Cell size in CSS pixels; 0: what suits the reading. */
  zoom = x(0);
  /** What a screen reader says next. */
  message = x("");
  /** The cell that the detail shows: pinned, else under the pointer, else the keyboard's. */
  shown;
  shade;
  /** How the two readings stand side by side; null without a second. */
  alignment;
  /** Moves the keyboard's cell, kept within the reading. */
  move(e, n) {
    const o = this.reading.peek(), s = (i, a) => Math.max(0, Math.min(a - 1, i));
    this.cursor.value = { row: s(e, o.height), column: s(n, o.width) };
  }
  /** Watches a token, or stops watching it. */
  toggleWatch(e) {
    const n = this.watched.peek(), o = n.filter((s) => s.id !== e.id);
    if (o.length === n.length && n.length >= tt) {
      this.message.value = `At most ${tt} tokens can be told apart: stop watching one first.`;
      return;
    }
    this.watched.value = o.length < n.length ? o : [...n, e];
  }
  isWatched(e) {
    return this.watched.value.some((n) => n.id === e);
  }
}
function cn(t) {
  const e = t.watched.map((s) => s.ids[0]), n = t.top(t.lastRow, t.blank()).slice(0, 3).map((s) => s.id);
  return [...new Set(e.length ? e : n)].slice(0, tt).map((s) => ({ id: s, text: t.text(s) }));
}
function ve(t, e, n) {
  for (const [o, s] of Object.entries(e))
    s == null || s === !1 || (typeof s == "function" ? t.addEventListener(o.slice(2), s) : t.setAttribute(o, s === !0 ? "" : String(s)));
  for (const o of n) o != null && o !== !1 && t.append(o);
}
function p(t, e = {}, ...n) {
  const o = document.createElement(t);
  return ve(o, e, n), o;
}
function et(t, e = {}, ...n) {
  const o = document.createElementNS("http://www.w3.org/2000/svg", t);
  return ve(o, e, n), o;
}
const C = (t) => p("bdi", { class: "f-token" }, t), ln = {
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
function z(t) {
  return et(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "f-icon" },
    et("path", { d: ln[t] })
  );
}
const X = 4096, be = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif', ke = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', kt = (t) => `${t.italic ? "italic " : ""}${t.bold ? "600 " : ""}${t.size}px ${t.mono ? ke : be}`;
function $t(t, e) {
  t.textBaseline = "middle";
  for (const n of e)
    switch (n.op) {
      case "rect":
        un(t, n);
        break;
      case "text":
        t.font = kt(n), t.fillStyle = n.fill, t.textAlign = n.align ?? "left", t.fillText(n.text, n.x, n.y);
        break;
      case "path":
      case "lines":
        hn(t, n);
        break;
      case "circle":
        t.beginPath(), t.arc(n.x, n.y, n.r, 0, 2 * Math.PI), t.fillStyle = n.fill, t.fill(), t.lineWidth = n.line, t.strokeStyle = n.stroke, t.setLineDash([]), t.stroke();
        break;
      case "cells":
        fn(t, n);
        break;
      case "clip":
        t.save(), t.beginPath(), t.rect(n.x, n.y, n.w, n.h), t.clip(), t.textBaseline = "middle";
        break;
      case "unclip":
        t.restore(), t.textBaseline = "middle";
        break;
    }
}
function un(t, e) {
  t.beginPath(), e.round ? t.roundRect(e.x, e.y, e.w, e.h, e.round) : t.rect(e.x, e.y, e.w, e.h), e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash([]), t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function hn(t, e) {
  t.beginPath();
  const n = e.op === "lines" ? 4 : e.points.length;
  for (let o = 0; o < e.points.length; o += n)
    for (let s = o; s < o + n; s += 2) {
      const [i, a] = [e.points[s], e.points[s + 1]];
      s === o ? t.moveTo(i, a) : t.lineTo(i, a);
    }
  e.op === "path" && e.close && t.closePath(), e.op === "path" && e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash(e.op === "path" ? e.dash ?? [] : []), t.lineJoin = "round", t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function fn(t, e) {
  t.imageSmoothingEnabled = !1;
  const n = e.r1 - e.r0;
  for (let o = e.c0; o < e.c1; ) {
    const s = Math.floor(o / X), i = Math.min(e.c1, (s + 1) * X), a = e.image.tiles[s], r = e.x + (o - e.c0) * e.w;
    a && t.drawImage(a, o - s * X, e.r0, i - o, n, r, e.y, (i - o) * e.w, n * e.h), o = i;
  }
}
function dn(t, e, n, o, s) {
  const i = parseInt(s.slice(1), 16), a = (255 << 24 | (i & 255) << 16 | i & 65280 | i >> 16) >>> 0, r = [];
  for (let c = 0; c < t; c += X) {
    const l = Math.min(X, t - c), f = document.createElement("canvas");
    f.width = l, f.height = e;
    const u = f.getContext("2d");
    if (u) {
      const h = u.createImageData(l, e), d = new Uint32Array(h.data.buffer);
      for (let m = 0; m < e; m++)
        for (let g = 0; g < l; g++) {
          const w = n[m * t + c + g];
          d[m * l + g] = w < 0 ? a : o.packed[w];
        }
      u.putImageData(h, 0, 0);
    }
    r.push(f);
  }
  return { columns: t, rows: e, tiles: r, step: (c, l) => n[c * t + l], lut: o, blank: s };
}
function Mt(t, e, n) {
  const o = window.devicePixelRatio || 1, [s, i] = [Math.round(e * o), Math.round(n * o)];
  return t.width === s && t.height === i ? !1 : (t.width = s, t.height = i, t.style.width = `${e}px`, t.style.height = `${n}px`, !0);
}
let ut = null;
const ht = /* @__PURE__ */ new Map();
function ct(t, e) {
  const n = `${kt(e)}\0${t}`;
  let o = ht.get(n);
  if (o === void 0) {
    if (ut ??= document.createElement("canvas").getContext("2d"), !ut) return t.length * e.size * 0.6;
    ut.font = kt(e), o = ut.measureText(t).width, ht.size > 2e5 && ht.clear(), ht.set(n, o);
  }
  return o;
}
const Ht = typeof Intl < "u" && "Segmenter" in Intl ? new Intl.Segmenter() : null, ft = /* @__PURE__ */ new Map();
function nt(t, e, n) {
  if (ct(t, n) <= e) return t;
  const o = `${e}\0${kt(n)}\0${t}`;
  let s = ft.get(o);
  if (s === void 0) {
    const i = Ht ? Array.from(Ht.segment(t), (c) => c.segment) : Array.from(t);
    let [a, r] = [0, i.length];
    for (; a < r; ) {
      const c = a + r + 1 >> 1;
      ct(`${i.slice(0, c).join("")}…`, n) <= e ? a = c : r = c - 1;
    }
    s = a > 0 ? `${i.slice(0, a).join("")}…` : "", ft.size > 1e5 && ft.clear(), ft.set(o, s);
  }
  return s;
}
const Gt = (t) => t.replace(/[&<>"]/g, (e) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[e]), E = (t) => String(Math.round(t * 100) / 100);
function pn(t, e, n, o, s) {
  let i = 0;
  const a = t.map((r) => {
    switch (r.op) {
      case "rect":
        return `<rect x="${E(r.x)}" y="${E(r.y)}" width="${E(r.w)}" height="${E(r.h)}"${r.round ? ` rx="${r.round}"` : ""} fill="${r.fill ?? "none"}"${r.stroke ? ` stroke="${r.stroke}" stroke-width="${r.line ?? 1}"` : ""}/>`;
      case "text": {
        const c = { left: "start", center: "middle", right: "end" }[r.align ?? "left"], l = `${r.bold ? ' font-weight="600"' : ""}${r.italic ? ' font-style="italic"' : ""}${r.mono ? ' class="m"' : ""}`;
        return `<text x="${E(r.x)}" y="${E(r.y)}" font-size="${r.size}" fill="${r.fill}" text-anchor="${c}"${l}>${Gt(r.text)}</text>`;
      }
      case "path": {
        const c = r.dash?.length ? ` stroke-dasharray="${r.dash.join(" ")}"` : "";
        return `<path d="${r.points.map((f, u) => `${u === 0 ? "M" : u % 2 ? " " : "L"}${E(f)}`).join("")}${r.close ? "z" : ""}" fill="${r.fill ?? "none"}" stroke="${r.stroke ?? "none"}" stroke-width="${r.line ?? 1}" stroke-linejoin="round"${c}/>`;
      }
      case "lines":
        return `<path d="${r.points.map((l, f) => `${f % 4 === 0 ? "M" : f % 4 === 2 ? "L" : " "}${E(l)}`).join("")}" fill="none" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "circle":
        return `<circle cx="${E(r.x)}" cy="${E(r.y)}" r="${r.r}" fill="${r.fill}" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "cells":
        return mn(r);
      case "clip":
        return i++, `<clipPath id="c${i}"><rect x="${E(r.x)}" y="${E(r.y)}" width="${E(r.w)}" height="${E(r.h)}"/></clipPath><g clip-path="url(#c${i})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${E(e)}" height="${E(n)}" viewBox="0 0 ${E(e)} ${E(n)}" font-family='${be}'>
<title>${Gt(s)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${ke}}</style>
<rect width="100%" height="100%" fill="${o}"/>
${a.join(`
`)}
</svg>
`;
}
function mn(t) {
  const e = [];
  for (let n = t.r0; n < t.r1; n++)
    for (let o = t.c0; o < t.c1; o++) {
      const s = t.image.step(n, o);
      if (s < 0) continue;
      const [i, a] = [t.x + (o - t.c0) * t.w, t.y + (n - t.r0) * t.h];
      e.push(`<rect x="${E(i)}" y="${E(a)}" width="${E(t.w)}" height="${E(t.h)}" fill="${t.image.lut.css[s]}"/>`);
    }
  return e.join(`
`);
}
function ye(t, e) {
  const n = document.createElement("a"), o = URL.createObjectURL(t);
  n.href = o, n.download = e, n.click(), setTimeout(() => URL.revokeObjectURL(o), 1e4);
}
const Vt = 26;
function xe(t, e, n) {
  const o = { op: "text", x: 8, y: t.height + Vt / 2, text: e, size: 11, fill: n };
  return { ...t, height: t.height + Vt, ops: [...t.ops, o] };
}
function gn(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = xe(t, n, s);
  ye(new Blob([pn(i, a, r, o, n)], { type: "image/svg+xml" }), `${e}.svg`);
}
function wn(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = xe(t, n, s), c = 2, l = document.createElement("canvas");
  l.width = a * c, l.height = r * c;
  const f = l.getContext("2d");
  f && (f.scale(c, c), f.fillStyle = o, f.fillRect(0, 0, a, r), $t(f, i), l.toBlob((u) => u && ye(u, `${e}.png`)));
}
function vn(t) {
  return A(() => {
    const e = t.find.value.toLowerCase();
    if (!e) return null;
    const n = t.reading.value, o = $e(t, e);
    return (s, i) => o.has(n.topId(s, i));
  });
}
const Ct = (t, e) => t.toLowerCase().includes(e) || D(t).toLowerCase().includes(e);
function $e(t, e) {
  const n = /* @__PURE__ */ new Set();
  for (const [o, s] of t.reading.value.vocabulary) Ct(s, e) && n.add(o);
  return n;
}
function bn(t, e = !1) {
  const n = t.find.peek().toLowerCase();
  if (!n) return !1;
  const o = t.reading.peek(), s = $e(t, n), { row: i, column: a } = t.cursor.peek(), r = o.width * o.height, c = a * o.height + i;
  for (let l = 1; l <= r; l++) {
    const f = (c + (e ? r - l : l)) % r, [u, h] = [Math.floor(f / o.height), f % o.height];
    if (h === o.lastRow && (Ct(o.input(u)?.text ?? "", n) || Ct(o.targetText(u), n)) || s.has(o.topId(h, u)))
      return t.move(h, u), !0;
  }
  return t.message.value = `Nothing holds “${D(t.find.peek())}”.`, !1;
}
const kn = 250;
function yn(t) {
  const e = p("div", { class: "f-legend-bar" }), n = p("div", { class: "f-legend-marks" }), o = p("span", { class: "f-legend-beyond" }), s = p("div", { class: "f-legend" }, p("div", { class: "f-legend-scale" }, e, n), o), i = y(() => {
    const a = t.metric.value, r = Y(t.ramp.value, t.shade.value).css, c = Ve(a, t.reading.value), l = Array.from({ length: 17 }, (h, d) => r[255 - Math.round(d * 255 / 16)]);
    e.style.background = `linear-gradient(to right, ${l.join(", ")})`;
    const u = c.ticks.filter((h, d) => {
      const m = c.ticks[d - 1];
      return !m || (m.strength - h.strength) * kn > (m.label.length + h.label.length) / 2 * 6 + 4;
    }).map(({ label: h, strength: d }) => {
      const m = p("span", {}, h);
      return m.style.left = `${(1 - d) * 100}%`, m;
    });
    n.replaceChildren(...u), o.textContent = c.blank, s.title = U[a].describe, s.setAttribute("role", "img"), s.setAttribute("aria-label", `Colour shows the ${U[a].describe}, ${a === "logit" ? "" : "on a fixed scale; "}${c.blank}`);
  });
  return { element: s, dispose: i };
}
function Me(t) {
  const { model: e, lens: n, precision: o, sampling: s } = t.info, i = s ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[s.method] : null;
  return [`${e.name}`, `${e.weights} weights, ${o}`, `${n.kind} lens, ${n.norm}`, i].filter((r) => r).map((r) => D(r)).join(" · ");
}
function xn(t) {
  const e = (a) => t.tokens.filter((r) => a.includes(r.origin)).map((r) => r.text).join(""), n = (a, r) => a.length > r ? `${Array.from(a).slice(0, r).join("")}…` : a, o = (a) => a.split(" ").map(D).join(" "), s = C(o(n(e(["prompt"]) || e(["template"]), 160))), i = C(o(n(e(["output"]), 120)));
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
    c.key === "Enter" && bn(t, c.shiftKey), c.key === "Escape" && (t.find.value = "", s.blur());
  });
  const i = p(
    "header",
    { class: "f-header" },
    p("div", { class: "f-titles" }, n, o),
    p("div", { class: "f-tools" }, s, Mn(t), Sn(t, e.drawing), p("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: e.help }, z("help")))
  ), a = [
    y(() => {
      const c = t.reading.value;
      n.replaceChildren(...xn(c)), o.textContent = Me(c);
    }),
    y(() => {
      s.value !== t.find.value && (s.value = t.find.value);
    })
  ];
  return { element: i, find: () => {
    s.focus(), s.select();
  }, dispose: () => a.forEach((c) => c()) };
}
function Mn(t) {
  const e = { auto: "light", light: "dark", dark: "auto" }, n = { auto: "as the system", light: "light", dark: "dark" }, o = p("button", { class: "f-button f-quiet", type: "button", onclick: () => t.theme.value = e[t.theme.peek()] });
  return y(() => {
    const s = t.theme.value;
    o.replaceChildren(z(s === "auto" ? "auto" : s === "light" ? "sun" : "moon")), o.title = `Theme: ${n[s]}`, o.setAttribute("aria-label", o.title);
  }), o;
}
function Sn(t, e) {
  const n = () => t.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading", o = (r) => () => {
    a.open = !1;
    const c = e();
    if (!c) {
      t.message.value = "The table is no drawing: copy it instead.";
      return;
    }
    const l = _(t.shade.peek());
    r(c, `${n()}-${t.view.peek()}`, Me(t.reading.peek()), l.surface, l.muted);
  }, s = (r, c) => p("button", { class: "f-button f-quiet", type: "button", onclick: c }, r), i = p("select", { class: "f-select", "aria-label": "Colours", onchange: () => t.ramp.value = i.value }, ...Bt.map((r) => p("option", { value: r }, r)));
  y(() => {
    i.value = t.ramp.value;
  });
  const a = p(
    "details",
    { class: "f-menu" },
    p("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, z("save")),
    p("div", { class: "f-menu-list" }, s("Save view as SVG", o(gn)), s("Save view as PNG", o(wn)), p("label", { class: "f-field" }, "Colours", i))
  );
  return a.addEventListener("focusout", (r) => {
    r.relatedTarget instanceof Node && a.contains(r.relatedTarget) || (a.open = !1);
  }), a;
}
const Xt = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];
function En(t, e) {
  const n = new Map(Xt.map(([u, h]) => [u, p("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${u}-${t.uid}`, onclick: () => t.view.value = u }, h)])), o = p("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...n.values());
  o.addEventListener("keydown", (u) => {
    const h = { ArrowRight: 1, ArrowLeft: -1 }[u.key];
    if (!h) return;
    const d = Xt.map(([g]) => g).filter((g) => !n.get(g).hidden), m = d[(d.indexOf(e.peek()) + h + d.length) % d.length];
    t.view.value = m, n.get(m)?.focus(), u.preventDefault(), u.stopPropagation();
  });
  const s = p("select", { class: "f-select", onchange: () => t.metric.value = s.value }, ...G.map((u) => p("option", { value: u }, U[u].name))), i = yn(t), a = (u) => t.zoom.value = u === 0 ? 0 : Math.max(-16, Math.min(6, t.zoom.peek() + u)), r = p(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    p("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => a(-1) }, z("minus")),
    p("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => a(1) }, z("plus"))
  ), c = p("div", { class: "f-colour" }, p("label", { class: "f-field" }, "Colour", s), i.element, r), l = p("nav", { class: "f-bar", "aria-label": "Views and colour" }, o, c), f = [
    y(() => {
      const u = e.value;
      for (const [h, d] of n)
        d.setAttribute("aria-selected", String(h === u)), d.tabIndex = h === u ? 0 : -1, h === u ? d.setAttribute("aria-controls", `f-panel-${h}-${t.uid}`) : d.removeAttribute("aria-controls");
      c.classList.toggle("f-off", u === "watch" || u === "table");
    }),
    y(() => {
      n.get("compare").hidden = !t.other.value;
    }),
    y(() => {
      s.value = t.metric.value;
    })
  ];
  return { element: l, dispose: () => [...f, i.dispose].forEach((u) => u()) };
}
function Nn(t) {
  const n = t.reading.peek().info.lens.kind === "raw" ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last." : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.", o = p("footer", { class: "f-honest" }, p("p", {}, n));
  return o.append(p("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => o.remove() }, z("close"))), o;
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
      const { row: s, column: i } = t.shown.peek(), a = t.reading.peek(), r = a.topId(s, i);
      return r >= 0 && t.toggleWatch({ id: r, text: a.text(r) }), !0;
    }
    case "m":
    case "M": {
      const s = G.indexOf(t.metric.peek()) + (n.shiftKey ? -1 : 1);
      return t.metric.value = G[(s + G.length) % G.length] ?? "rank", !0;
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
  const { row: o, column: s } = t.cursor.peek(), { width: i, height: a } = t.reading.peek(), c = {
    ArrowLeft: [o, s - 1],
    ArrowRight: [o, s + 1],
    ArrowUp: [o - 1, s],
    ArrowDown: [o + 1, s],
    Home: e.ctrlKey ? [0, 0] : [o, 0],
    End: e.ctrlKey ? [a - 1, i - 1] : [o, i - 1],
    PageUp: [o - 10, s],
    PageDown: [o + 10, s]
  }[e.key];
  if (!c) return !1;
  t.hover.value = null, t.move(...c);
  const l = t.cursor.peek();
  return t.message.value = Ot(t.reading.peek(), l.row, l.column), !0;
}
function Pn() {
  const t = An.map(([n, o]) => {
    const s = n.split(" ").map((i) => i === "to" ? " to " : p("kbd", {}, i.replace(/,$/, "")));
    return p("tr", {}, p("th", { scope: "row" }, ...s), p("td", {}, o));
  }), e = p(
    "dialog",
    { class: "f-help", "aria-label": "Keys" },
    p(
      "div",
      { class: "f-help-head" },
      p("h2", {}, "Keys"),
      p("button", { class: "f-button f-quiet", type: "button", "aria-label": "Close", onclick: () => e.close() }, z("close"))
    ),
    p("table", {}, p("tbody", {}, ...t)),
    p("p", { class: "f-soft" }, "Ctrl and the wheel zoom. The address names what you see: copy it to share the place.")
  );
  return e;
}
const zn = ["heatmap", "watch", "compare", "table"], Bn = ["auto", "light", "dark"], In = ["rank", "prob", "logit"];
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
    ["ramp", t.ramp.value === Bt[0] ? null : t.ramp.value],
    ["theme", t.theme.value === "auto" ? null : t.theme.value]
  ].flatMap(([i, a]) => a === null ? [] : [`${i}=${encodeURIComponent(a).replace(/%2C/g, ",")}`]).join("&");
}
function Zt(t, e) {
  const n = new URLSearchParams(e.replace(/^#/, "")), o = (u, h, d) => {
    const m = n.get(u);
    m !== null && h.includes(m) && d(m);
  };
  o("view", zn, (u) => t.view.value = u === "compare" && !t.other.peek() ? "heatmap" : u), o("metric", G, (u) => t.metric.value = u), o("theme", Bn, (u) => t.theme.value = u), o("ramp", Bt, (u) => t.ramp.value = u), o("scale", In, (u) => t.watchScale.value = u);
  const s = t.reading.peek(), [i, a] = (n.get("at") ?? "").split(","), r = s.rows.findIndex((u, h) => s.rowName(h) === i), c = s.positions.indexOf(Number(a));
  r >= 0 && c >= 0 && t.move(r, c), n.has("at") && (t.pinned.value = n.get("pin") === "1");
  const l = (u, h, d) => {
    const m = n.get(u);
    return m !== null && /^-?\d{1,4}$/.test(m) ? Math.max(h, Math.min(d, Number(m))) : null;
  };
  t.zoom.value = l("zoom", -16, 6) ?? t.zoom.peek(), t.shift.value = l("shift", -9999, 9999);
  const f = n.get("watch");
  if (f !== null) {
    const u = f.split(",").filter((h) => /^\d{1,9}$/.test(h)).map(Number).slice(0, tt);
    t.watched.value = [...new Set(u)].map((h) => ({ id: h, text: s.text(h) }));
  }
}
function _n(t) {
  Zt(t, location.hash);
  let e = 0, n = "";
  const o = y(() => {
    n = On(t), clearTimeout(e), e = window.setTimeout(() => history.replaceState(history.state, "", `#${n}`), 250);
  }), s = () => {
    location.hash !== `#${n}` && Zt(t, location.hash);
  };
  return window.addEventListener("hashchange", s), () => {
    o(), clearTimeout(e), window.removeEventListener("hashchange", s);
  };
}
function Wn(t, e) {
  const n = window.matchMedia("(prefers-color-scheme: dark)"), o = () => e.systemDark.value = n.matches;
  o(), n.addEventListener("change", o);
  const s = y(() => {
    const i = e.shade.value;
    for (const [a, r] of Object.entries(_(i))) t.style.setProperty(`--f-${a}`, r);
    de(i).forEach((a, r) => t.style.setProperty(`--f-series-${r}`, a)), t.dataset.shade = i, t.style.colorScheme = i;
  });
  return () => {
    s(), n.removeEventListener("change", o);
  };
}
const Se = { index: "", input: "", target: "", origin: "special", argmax: !1 };
function Jt(t, e, n, o, s) {
  const i = bt(t, o, s), a = Q(t, o), r = It(o, t), c = new Int16Array(n.length * e.length).fill(-1);
  n.forEach((f, u) => {
    e.forEach((h, d) => {
      h !== null && (c[u * e.length + d] = xt(r(a[t.cell(f, h)])));
    });
  });
  const l = (f, u, h, d) => {
    const m = e[u];
    return m == null ? d : h(n[f], m);
  };
  return {
    rows: n.length,
    columns: e.length,
    steps: c,
    lut: s,
    rowName: (f) => i.rowName(n[f]),
    head: (f) => l(0, f, (u, h) => i.head(h), Se),
    label: (f, u) => l(f, u, i.label, ""),
    number: (f, u) => l(f, u, i.number, ""),
    tick: (f, u) => l(f, u, i.tick, !1),
    describe: (f, u) => l(f, u, i.describe, "no such position in this reading")
  };
}
const _t = {
  rank: { most: 3, low: "÷1000", high: "×1000", unit: "rank in B against A" },
  prob: { most: 1, low: "−100", high: "+100", unit: "probability, points, B less A" },
  logit: { most: 32, low: "−32", high: "+32", unit: "logit, B less A" },
  entropy: { most: 16, low: "−16", high: "+16", unit: "entropy, bits, B less A" },
  kl: { most: 16, low: "−16", high: "+16", unit: "KL, bits, B less A" },
  surprisal: { most: 16, low: "−16", high: "+16", unit: "surprisal, bits, B less A" }
}, jn = (t, e, n) => t === "rank" ? Math.log10(n / e) : n - e;
function Fn(t, e) {
  const n = Math.max(-1, Math.min(1, e / _t[t].most));
  return t === "rank" ? n : Math.sign(n) * Math.sqrt(Math.abs(n));
}
function Dn(t, e) {
  if (Number.isNaN(e)) return "–";
  if (t === "rank") {
    const s = 10 ** Math.abs(e);
    return s < 1.05 ? s === 1 ? "=" : "≈" : `${e < 0 ? "÷" : "×"}${s >= 100 ? Math.round(s) : +s.toPrecision(2)}`;
  }
  const n = t === "prob" ? e * 100 : e, o = t === "prob" ? Math.abs(n).toFixed(1) : T(Math.abs(n));
  return Number(o) === 0 ? "0" : `${n < 0 ? "−" : "+"}${o}`;
}
function Kn(t, e, n, o, s) {
  const { columns: i, rows: a } = n, [r, c] = [Q(t, o), Q(e, o)], l = U[o].ofTarget, f = i.map((w) => w.a === null || w.b === null ? !1 : !l || t.targetText(w.a) === e.targetText(w.b)), u = (w, v) => {
    const b = i[v];
    return !b || b.a === null || b.b === null || !f[v] ? NaN : jn(o, r[t.cell(w, b.a)], c[e.cell(a[w], b.b)]);
  }, h = new Int16Array(a.length * i.length);
  for (let w = 0; w < a.length; w++)
    for (let v = 0; v < i.length; v++) {
      const b = u(w, v);
      h[w * i.length + v] = Number.isNaN(b) ? -1 : xt((Fn(o, b) + 1) / 2);
    }
  const d = (w, v) => {
    const b = i[v];
    return !b || b.a === null ? "only in B" : b.b === null ? "only in A" : f[v] ? Dn(o, u(w, v)) : "≠ next";
  }, m = bt(t, o, s), g = bt(e, o, s);
  return {
    rows: a.length,
    columns: i.length,
    steps: h,
    lut: s,
    rowName: (w) => m.rowName(w),
    head: (w) => {
      const v = i[w];
      return v && v.a !== null ? m.head(v.a) : v && v.b !== null ? g.head(v.b) : Se;
    },
    label: d,
    number: () => "",
    tick: () => !1,
    describe: (w, v) => `${m.rowName(w)}: ${_t[o].unit}: ${d(w, v)}`
  };
}
const Yt = 58, Ee = 2, Un = 220, W = (t, e, n) => Math.max(e, Math.min(n, t)), qn = (t, e) => W(Math.round(t * 1.25 ** e), Ee, Un);
function Hn(t, e, n, o) {
  let s = 0;
  for (let c = 0; c < t.rows; c++) s = Math.max(s, ct(t.rowName(c), { size: 12 }));
  const i = Math.ceil(s) + 22, a = Math.floor((e - i) / Math.max(1, t.columns)), r = Math.floor((n - Yt) / Math.max(1, t.rows));
  return {
    w: qn(W(a, 72, 128), o),
    // Zoomed out, rows shrink only as far as they must for all to be in view.
    h: o < 0 ? W(r, 4, 40) : W(Math.round(W(r, 19, 40) * 1.12 ** o), Ee, 64),
    left: i,
    top: Yt,
    width: e,
    height: n
  };
}
const pt = (t, e) => ({
  width: e.left + t.columns * e.w,
  height: e.top + t.rows * e.h
});
function Gn(t, e, n) {
  return {
    r0: W(Math.floor(n.y / e.h), 0, t.rows),
    r1: W(Math.ceil((n.y + e.height - e.top) / e.h), 0, t.rows),
    c0: W(Math.floor(n.x / e.w), 0, t.columns),
    c1: W(Math.ceil((n.x + e.width - e.left) / e.w), 0, t.columns)
  };
}
function Vn(t, e, n, o, s) {
  const i = o < e.left ? -1 : Math.floor((o - e.left + n.x) / e.w), a = s < e.top ? -1 : Math.floor((s - e.top + n.y) / e.h);
  return a < t.rows && i < t.columns ? { row: a, column: i } : null;
}
function Xn(t, e, n, o, s) {
  const i = (a, r, c, l, f) => {
    const u = Math.min(c, Math.max(0, (f - c) / 2)), h = Math.max(0, r * c - f);
    return a * c < l + u ? Math.max(0, Math.min(h, a * c - u)) : (a + 1) * c > l + f - u ? Math.min(h, (a + 1) * c - f + u) : l;
  };
  return {
    x: i(s, t.columns, e.w, n.x, e.width - e.left),
    y: i(o, t.rows, e.h, n.y, e.height - e.top)
  };
}
const st = 44;
function Zn(t, e, n, o, s, i) {
  const a = p("canvas", { class: "f-minimap", "aria-hidden": "true" }), r = p("div", { class: "f-minimap-box" }, a);
  let c = 0;
  const l = () => {
    c = 0;
    const [h, d, m] = [n.peek(), s.peek(), a.getContext("2d")];
    if (!h || !m) return;
    const g = h.width;
    Mt(a, g, st);
    const w = a.width / g, v = _(t.shade.peek());
    m.setTransform(w, 0, 0, w, 0, 0), m.fillStyle = v.surface, m.fillRect(0, 0, g, st), m.imageSmoothingEnabled = d.columns > g, d.tiles.forEach((Ft, ze) => {
      const Be = ze * X * g / d.columns;
      m.drawImage(Ft, Be, 0, Ft.width * g / d.columns, st);
    });
    const b = pt(e.peek(), h), [k, M] = [b.width - h.left, b.height - h.top], B = o.peek(), I = [
      B.x / k * g,
      B.y / M * st,
      Math.max(6, Math.min(1, (h.width - h.left) / k) * g),
      Math.max(6, Math.min(1, (h.height - h.top) / M) * st)
    ];
    m.strokeStyle = v.surface, m.lineWidth = 5, m.strokeRect(I[0] + 1.5, I[1] + 1.5, I[2] - 3, I[3] - 3), m.strokeStyle = v.focus, m.lineWidth = 2, m.strokeRect(I[0] + 1.5, I[1] + 1.5, I[2] - 3, I[3] - 3);
  }, f = y(() => {
    const h = n.value;
    o.value, t.shade.value;
    const d = e.value;
    if (!h) return;
    const m = pt(d, h), g = m.width > h.width * 1.5 || m.height > h.height * 1.5;
    r.hidden = !g, g && !c && (c = requestAnimationFrame(l));
  }), u = (h) => {
    const d = n.peek();
    if (!d || h.buttons === 0) return;
    const m = pt(e.peek(), d), g = a.getBoundingClientRect(), [w, v] = [d.width - d.left, d.height - d.top], b = (k, M, B) => Math.max(0, Math.min(M - B, k * M - B / 2));
    i({
      x: b((h.clientX - g.left) / g.width, m.width - d.left, w),
      y: b((h.clientY - g.top) / g.height, m.height - d.top, v)
    });
  };
  return a.addEventListener("pointerdown", (h) => {
    a.setPointerCapture(h.pointerId), u(h);
  }), a.addEventListener("pointermove", u), {
    element: r,
    dispose() {
      f(), cancelAnimationFrame(c);
    }
  };
}
const j = 12, Jn = 9.5;
function Yn(t, e, n, o, s, i) {
  const a = Gn(t, n, o), r = [], { left: c, top: l, w: f, h: u, width: h, height: d } = n, m = (v) => c + v * f - o.x, g = (v) => l + v * u - o.y;
  r.push({ op: "clip", x: c, y: l, w: h - c, h: d - l }), r.push({ op: "cells", image: e, ...a, x: m(a.c0), y: g(a.r0), w: f, h: u }), Qn(r, a, n, m, g, s), to(r, t, a, n, m, g, s), i.found && eo(r, a, i.found, m, g, f, u, s);
  const w = (v, b, k) => {
    if (!v || v.row < 0 || v.column < 0) return;
    const M = Math.min(f, u) < 16 ? -2.5 : k / 2 - 0.5;
    r.push({ op: "rect", x: m(v.column) + M, y: g(v.row) + M, w: f - 2 * M, h: u - 2 * M, stroke: b, line: k, round: 2 });
  };
  return i.pinned || w(i.hover, s.text, 1.5), w(i.cursor, s.surface, 4.5), w(i.cursor, i.pinned || i.focused ? s.focus : s.accent, i.pinned ? 3 : 2), r.push({ op: "unclip" }), no(r, t, a, n, g, s, i), oo(r, t, a, n, m, s, i), r;
}
function Qn(t, e, n, o, s, i) {
  const a = [];
  if (n.w >= 12)
    for (let r = e.c0; r <= e.c1; r++) a.push(o(r) - 0.5, s(e.r0), o(r) - 0.5, s(e.r1));
  if (n.h >= 8)
    for (let r = e.r0; r <= e.r1; r++) a.push(o(e.c0), s(r) - 0.5, o(e.c1), s(r) - 0.5);
  a.length && t.push({ op: "lines", points: a, stroke: i.surface, line: 1 });
}
function to(t, e, n, o, s, i, a) {
  const { w: r, h: c } = o;
  if (r < 30 || c < 13) return;
  const l = c >= 30;
  for (let f = n.r0; f < n.r1; f++)
    for (let u = n.c0; u < n.c1; u++) {
      const h = e.steps[f * e.columns + u], d = h < 0 ? a.muted : e.lut.ink[h], m = nt(e.label(f, u), r - 12, { size: j, mono: !0 }), [g, w] = [s(u), i(f) + c / 2];
      if (m && t.push({ op: "text", x: g + 6, y: w - (l ? 6.5 : 0), text: m, size: j, fill: d, mono: !0 }), l && t.push({ op: "text", x: g + 6, y: w + 8, text: e.number(f, u), size: Jn, fill: d }), e.tick(f, u)) {
        const [v, b] = [g + r - 1, i(f)];
        t.push({ op: "path", points: [v - 7, b, v, b, v, b + 7], fill: d, close: !0 });
      }
    }
}
function eo(t, e, n, o, s, i, a, r) {
  for (let c = e.r0; c < e.r1; c++)
    for (let l = e.c0; l < e.c1; l++)
      n(c, l) && t.push({ op: "rect", x: o(l) + 1, y: s(c) + 1, w: i - 3, h: a - 3, stroke: r.focus, line: 2, round: 2 });
}
function no(t, e, n, o, s, i, a) {
  const { left: r, top: c, height: l, h: f } = o;
  t.push({ op: "rect", x: 0, y: c, w: r, h: l - c, fill: i.surface }), t.push({ op: "clip", x: 0, y: c, w: r, h: l - c });
  const u = Math.max(1, Math.ceil(14 / f)), h = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.row;
  for (let d = n.r0; d < n.r1; d++) {
    const m = d === h;
    d % u && !m && d !== e.rows - 1 || t.push({ op: "text", x: r - 9, y: s(d) + f / 2, text: e.rowName(d), size: 12, fill: m ? i.text : i.muted, bold: m, align: "right" });
  }
  t.push({ op: "unclip" });
}
function oo(t, e, n, o, s, i, a) {
  const { left: r, top: c, width: l, w: f } = o;
  t.push({ op: "rect", x: 0, y: 0, w: l, h: c, fill: i.surface }), t.push({ op: "text", x: r - 9, y: 13, text: "pos", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 29, text: "in", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 46, text: "next", size: 10, fill: i.muted, align: "right" }), t.push({ op: "clip", x: r, y: 0, w: l - r, h: c });
  const u = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.column, h = f >= 30, d = Math.max(1, Math.ceil(34 / f));
  for (let m = n.c0; m < n.c1; m++) {
    const g = e.head(m), w = m === u, v = s(m) + (h ? 6 : f / 2), b = h ? "left" : "center";
    (h || m % d === 0) && t.push({ op: "text", x: v, y: 13, text: g.index, size: 10, fill: w ? i.text : i.muted, bold: w, align: b });
    const k = g.origin === "special" || g.origin === "template";
    if (h) {
      const B = nt(g.input, f - 10, { size: j, mono: !0 }), I = nt(g.target, f - 10, { size: j, mono: !0, bold: !0 });
      t.push({ op: "text", x: v, y: 29, text: B, size: j, mono: !0, fill: k ? i.muted : i.text, italic: k }), t.push({ op: "text", x: v, y: 46, text: I, size: j, mono: !0, bold: !0, italic: g.argmax, fill: g.argmax ? i.muted : i.accent });
    }
    const M = g.origin === "output" ? i.accent : k ? i.sunken : i.line;
    t.push({ op: "rect", x: s(m), y: c - 3, w: Math.max(1, f - 1), h: 2, fill: M });
  }
  !h && u !== void 0 && u >= n.c0 && u < n.c1 && so(t, e, u, s(u) + f / 2, o, i), t.push({ op: "unclip" });
}
function so(t, e, n, o, s, i) {
  const a = e.head(n), r = [a.input, a.target].map((f) => ct(f, { size: j, mono: !0, bold: !0 })), c = Math.max(34, ...r.map((f) => f + 10)) / 2, l = Math.max(s.left + c, Math.min(s.width - c - 2, o));
  t.push({ op: "rect", x: l - c, y: 4, w: 2 * c, h: s.top - 8, fill: i.surface }), t.push({ op: "text", x: l, y: 13, text: a.index, size: 10, bold: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: l, y: 29, text: a.input, size: j, mono: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: l, y: 46, text: a.target, size: j, mono: !0, bold: !0, fill: i.accent, align: "center" });
}
function Ne(t, e) {
  const { model: n } = e, o = e.toState ?? ((k) => k), s = e.fromState ?? ((k) => k), i = p("canvas", { class: "f-canvas", "aria-hidden": "true" }), a = p("div", { class: "f-sizer" }), r = p("div", { class: "f-hidden", role: "presentation" }), c = p("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": e.label }, i, a, r), l = x({ width: 0, height: 0 }), f = e.scroll ?? x({ x: 0, y: 0 }), u = x(!1), h = x(null), d = A(() => {
    const k = n.value;
    return dn(k.columns, k.rows, k.steps, k.lut, _(t.shade.value).surface);
  }), m = A(() => {
    const k = t.hover.value;
    return {
      cursor: s(t.cursor.value),
      hover: k && s(k),
      pinned: t.pinned.value,
      focused: u.value,
      found: e.found?.value ?? void 0
    };
  }), g = A(() => {
    const k = h.value;
    return k ? Yn(n.value, d.value, k, f.value, _(t.shade.value), m.value) : [];
  }), w = Zn(t, n, h, f, d, (k) => f.value = k), v = [
    io(t, n, l, h, f, a),
    ro(t, i, h, g),
    ao(c, h, f),
    co(t, n, h, f, s),
    y(() => {
      c.setAttribute("aria-rowcount", String(n.value.rows + 1)), c.setAttribute("aria-colcount", String(n.value.columns + 1));
      const k = s(t.cursor.value);
      k && r.replaceChildren(...uo(n.value, k, c));
    }),
    w.dispose
  ];
  ho(c, t, n, h, f, u, o);
  const b = new ResizeObserver(() => {
    l.value = { width: c.clientWidth, height: c.clientHeight };
  });
  return b.observe(c), {
    element: p("div", { class: "f-heatmap" }, c, w.element),
    drawing: () => ({ ops: g.value, width: h.peek()?.width ?? 0, height: h.peek()?.height ?? 0 }),
    focus: () => c.focus({ preventScroll: !0 }),
    dispose() {
      v.forEach((k) => k()), b.disconnect();
    }
  };
}
function io(t, e, n, o, s, i) {
  return y(() => {
    const { width: a, height: r } = n.value;
    if (!a || !r) return;
    const c = e.value;
    o.value = Hn(c, a, r, t.zoom.value);
    const l = pt(c, o.value);
    i.style.width = `${l.width}px`, i.style.height = `${l.height}px`;
    const { x: f, y: u } = s.peek();
    s.value = { x: Math.max(0, Math.min(f, l.width - a)), y: Math.max(0, Math.min(u, l.height - r)) };
  });
}
function ro(t, e, n, o) {
  let s = 0;
  const i = () => {
    s = 0;
    const r = n.peek(), c = e.getContext("2d");
    if (!r || !c) return;
    Mt(e, r.width, r.height);
    const l = e.width / r.width;
    c.setTransform(l, 0, 0, l, 0, 0), c.fillStyle = _(t.shade.peek()).surface, c.fillRect(0, 0, r.width, r.height), $t(c, o.peek());
  }, a = y(() => {
    n.value && o.value.length && !s && (s = requestAnimationFrame(i));
  });
  return () => {
    a(), cancelAnimationFrame(s);
  };
}
function ao(t, e, n) {
  return y(() => {
    const o = n.value;
    e.value, Math.abs(t.scrollLeft - o.x) > 1 && (t.scrollLeft = o.x), Math.abs(t.scrollTop - o.y) > 1 && (t.scrollTop = o.y);
  });
}
function co(t, e, n, o, s) {
  let i = null;
  return y(() => {
    const a = n.value, r = s(t.cursor.value);
    !a || !r || i && i.row === r.row && i.column === r.column || (i = r, o.value = Xn(e.peek(), a, o.peek(), r.row, r.column));
  });
}
let lo = 0;
function uo(t, e, n) {
  const o = t.head(e.column), s = String(e.column + 2), i = n.dataset.cell ??= `f-cell-${++lo}`;
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
function ho(t, e, n, o, s, i, a) {
  const r = (l) => {
    const f = o.peek();
    if (!f) return null;
    const u = t.getBoundingClientRect(), h = Vn(n.peek(), f, s.peek(), l.clientX - u.left, l.clientY - u.top);
    return h && h.row >= 0 && h.column >= 0 ? a(h) : null;
  }, c = (l) => {
    const f = e.hover.peek();
    (f?.row !== l?.row || f?.column !== l?.column) && (e.hover.value = l);
  };
  t.addEventListener("scroll", () => {
    s.value = { x: t.scrollLeft, y: t.scrollTop };
  }, { passive: !0 }), t.addEventListener("pointermove", (l) => c(r(l))), t.addEventListener("pointerleave", () => c(null)), t.addEventListener("focus", () => i.value = !0), t.addEventListener("blur", () => i.value = !1), t.addEventListener("click", (l) => {
    const f = r(l);
    if (!f) return;
    const { row: u, column: h } = e.cursor.peek(), d = f.row === u && f.column === h;
    e.pinned.value = !(d && e.pinned.peek()), e.move(f.row, f.column);
  }), t.addEventListener("wheel", (l) => {
    !l.ctrlKey && !l.metaKey || (l.preventDefault(), e.zoom.value = Math.max(-16, Math.min(6, e.zoom.peek() - Math.sign(l.deltaY))));
  }, { passive: !1 });
}
function fo(t) {
  const e = A(() => t.other.value ?? t.reading.value), n = A(() => t.alignment.value ?? { columns: [], rows: [], byDepth: !1, common: 0 }), o = A(() => Y(t.ramp.value, t.shade.value)), s = A(() => t.reading.value.rows.map((g, w) => w)), i = {
    a: () => Jt(t.reading.value, n.value.columns.map((g) => g.a), s.value, t.metric.value, o.value),
    b: () => Jt(e.value, n.value.columns.map((g) => g.b), n.value.rows, t.metric.value, o.value),
    difference: () => Kn(t.reading.value, e.value, n.value, t.metric.value, Y("diverging", t.shade.value))
  }, a = x({ x: 0, y: 0 }), r = ({ row: g, column: w }) => {
    const v = n.peek().columns[w]?.a;
    return v == null ? null : { row: g, column: v };
  }, c = ({ row: g, column: w }) => {
    const v = n.value.columns.findIndex((b) => b.a === w);
    return v < 0 ? null : { row: g, column: v };
  }, l = { a: "Reading A", b: "Reading B", difference: "Difference" }, f = x({ a: !0, b: !0, difference: !0 }), u = Object.keys(i).map((g) => {
    const w = Ne(t, { label: l[g], model: A(i[g]), scroll: a, toState: r, fromState: c }), v = p("h2", { class: "f-pane-title" }), b = p("section", { class: "f-pane", "aria-label": l[g] }, v, w.element);
    return { pane: g, grid: w, title: v, element: b };
  }), h = p("p", { class: "f-between", role: "status" }), d = p("section", { class: "f-compare", "aria-label": "Two readings" }, p("div", { class: "f-watch-head" }, vo(t, f, l), bo(t)), h, p("div", { class: "f-panes" }, ...u.map((g) => g.element))), m = [
    y(() => {
      for (const { pane: g, element: w } of u) w.hidden = !f.value[g];
    }),
    y(() => {
      const [g, w] = [t.reading.value, e.value];
      for (const { pane: v, title: b } of u)
        v === "difference" ? b.replaceChildren(...wo(t)) : b.replaceChildren(...go(v, v === "a" ? g : w, g, w));
    }),
    y(() => h.replaceChildren(...ko(t, e.value)))
  ];
  return {
    element: d,
    drawing: () => po(u.filter(({ pane: g }) => f.peek()[g]).map(({ pane: g, grid: w }) => ({ name: l[g], grid: w })), _(t.shade.peek()).text),
    focus: () => u[0]?.grid.focus(),
    dispose() {
      m.forEach((g) => g()), u.forEach(({ grid: g }) => g.dispose());
    }
  };
}
function po(t, e) {
  const n = [];
  let o = 0, s = 0;
  for (const { name: i, grid: a } of t) {
    const r = a.drawing();
    n.push({ op: "text", x: o + 8, y: 12, text: i, size: 12, bold: !0, fill: e }), n.push(...r.ops.map((c) => mo(c, o, 24))), o += r.width + 16, s = Math.max(s, r.height + 24);
  }
  return { ops: n, width: o, height: s };
}
function mo(t, e, n) {
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
function go(t, e, n, o) {
  const s = e.tokens.filter(({ origin: c }) => c === "prompt" || c === "output").map((c) => c.text).join(""), i = s.length > 70 ? `${Array.from(s).slice(0, 70).join("")}…` : s, a = [];
  n.info.model.name !== o.info.model.name && a.push(e.info.model.name), (n.info.model.weights !== o.info.model.weights || n.info.precision !== o.info.precision) && a.push(`${e.info.model.weights} ${e.info.precision}`), n.info.lens.kind !== o.info.lens.kind && a.push(`${e.info.lens.kind} lens`);
  const r = p("bdi", {}, i.split(" ").map(D).join(" "));
  return [p("span", { class: "f-pane-name" }, t.toUpperCase()), r, p("span", { class: "f-soft" }, a.length ? ` · ${a.map(D).join(" · ")}` : "")];
}
function wo(t) {
  const { low: e, high: n, unit: o } = _t[t.metric.value], s = p("span", { class: "f-diverging" });
  return s.style.background = `linear-gradient(to right, ${Y("diverging", t.shade.value).css.filter((i, a) => a % 15 === 0).join(", ")})`, [p("span", { class: "f-pane-name" }, "Δ"), p("span", { class: "f-soft", title: o }, e), s, p("span", { class: "f-soft" }, n), p("span", { class: "f-soft f-unit" }, o)];
}
function vo(t, e, n) {
  const o = Object.keys(n).map((s) => {
    const i = p("input", { type: "checkbox", name: `f-pane-${s}-${t.uid}`, checked: !0 });
    return i.addEventListener("change", () => {
      const a = { ...e.peek(), [s]: i.checked };
      Object.values(a).some((r) => r) ? e.value = a : i.checked = !0;
    }), p("label", {}, i, p("span", {}, n[s]));
  });
  return p("div", { class: "f-segments", role: "group", "aria-label": "Panes" }, ...o);
}
function bo(t) {
  const e = p("span", { class: "f-shift" }), n = (s) => () => t.shift.value = (t.shift.peek() ?? 0) + s, o = p("button", { class: "f-button f-quiet", type: "button", onclick: () => t.shift.value = null }, "Automatic");
  return y(() => {
    const s = t.shift.value;
    e.textContent = s === null ? "aligned by common beginning and end" : `B moved by ${s} ${Math.abs(s) === 1 ? "position" : "positions"}`, o.hidden = s === null;
  }), p(
    "div",
    { class: "f-field", role: "group", "aria-label": "Alignment" },
    e,
    o,
    p("button", { class: "f-button f-quiet", type: "button", title: "Move B left", "aria-label": "Move B left", onclick: n(1) }, z("minus")),
    p("button", { class: "f-button f-quiet", type: "button", title: "Move B right", "aria-label": "Move B right", onclick: n(-1) }, z("plus"))
  );
}
function ko(t, e) {
  const n = t.reading.value, { row: o, column: s } = t.shown.value, i = t.alignment.value, a = i?.columns.find((u) => u.a === s), r = (u, h, d, m) => {
    const [g] = h.top(d, m), w = h.target(d, m);
    return [
      p("span", { class: "f-pane-name" }, u),
      C(g ? $(h.text(g.id)) : "–"),
      p("span", { class: "f-soft" }, ` ${g ? R(g.prob) : ""} · next `),
      C($(h.targetText(m))),
      p("span", { class: "f-soft" }, ` rank ${P(w.rank)}, ${R(w.prob)}`)
    ];
  }, c = p("span", { class: "f-side" }, ...r("A", n, o, s));
  if (!i || !a || a.b === null) return [c, p("span", { class: "f-side f-soft" }, "B has no such position")];
  const l = p("span", { class: "f-side" }, ...r("B", e, i.rows[o] ?? 0, a.b)), f = i.byDepth ? [p("span", { class: "f-side f-soft" }, "layers matched by relative depth")] : [];
  return [c, l, p("span", { class: "f-side f-soft" }, U[t.metric.value].ofTarget ? "Δ is blank where the next tokens differ" : ""), ...f];
}
const Qt = 112, V = 34, it = 72, dt = 14;
function yo(t, e, n) {
  const o = (n - V) / t.height;
  return Math.max(0, Math.min(t.height - 1, Math.floor((e - V) / o)));
}
function xo(t, e, n, o, s, i) {
  const a = _(s), r = Y(o, s), c = (i - V) / t.height, l = (b) => V + (b + 0.5) * c, f = Math.log(Math.max(10, t.info.model.vocabulary)), u = (b) => 7 + Math.log(b) / f * (it - 14), h = [];
  for (let b = 1; Math.log(b) <= f; b *= 100) {
    h.push({ op: "lines", points: [V, u(b), i, u(b)], stroke: a.line, line: 1 });
    const k = b >= 1e3 ? `${b / 1e3}k` : String(b);
    h.push({ op: "text", x: V - 6, y: u(b), text: k, size: 10, fill: a.muted, align: "right" });
  }
  const d = e.row;
  h.push({ op: "rect", x: l(d) - c / 2, y: 0, w: c, h: it + dt + 4, fill: a.sunken });
  const m = [];
  for (let b = 0; b < t.height; b++)
    m.push(l(b), u(t.columns.targetRank[t.cell(b, e.column)]));
  h.push({ op: "path", points: m, stroke: a.accent, line: 2 }), h.push({ op: "circle", x: l(d), y: m[2 * d + 1], r: 3.5, fill: a.surface, stroke: a.accent, line: 2 });
  const g = Q(t, n), w = It(n, t);
  for (let b = 0; b < t.height; b++) {
    const k = xt(w(g[t.cell(b, e.column)])), M = k < 0 ? a.sunken : r.css[k];
    h.push({ op: "rect", x: l(b) - c / 2, y: it + 2, w: Math.max(1, c - 1), h: dt, fill: M });
  }
  const v = Math.ceil(26 / c);
  for (let b = 0; b < t.height; b += v)
    b !== d && Math.abs(b - d) * c < 22 || h.push({ op: "text", x: l(b), y: it + dt + 14, text: t.rowName(b), size: 10, fill: a.muted, align: "center" });
  return h.push({ op: "text", x: Math.min(i - 14, l(d)), y: it + dt + 14, text: t.rowName(d), size: 10, bold: !0, fill: a.text, align: "center" }), h;
}
function $o(t, e) {
  const n = p("h2", { class: "f-place" }), o = p("p", { class: "f-context" }), s = p("button", { class: "f-button f-pin", type: "button", onclick: () => t.pinned.value = !t.pinned.peek() }, z("pin"), p("span")), i = p("dl", { class: "f-numbers" }), a = p("ol", { class: "f-top" }), r = p("canvas", { class: "f-strip", role: "img" }), c = p("div", { class: "f-actions" }), l = p(
    "aside",
    { class: "f-detail", "aria-label": "Detail of a cell", tabindex: "0" },
    p("div", { class: "f-detail-head" }, n, s),
    o,
    i,
    p("h3", {}, "Candidates"),
    a,
    p("h3", {}, "Across the layers: rank of the next token"),
    r,
    c
  );
  for (const w of e) {
    const v = () => {
      const b = t.shown.peek();
      w.run({ ...b, position: t.reading.peek().positions[b.column] });
    };
    c.append(p("button", { class: "f-button", type: "button", title: w.title, onclick: v }, w.label));
  }
  const f = No(t, a), u = x(280);
  let h = 0;
  const d = new ResizeObserver(() => {
    u.value = Math.max(160, l.clientWidth - 32);
  });
  d.observe(l), r.addEventListener("click", (w) => {
    const { column: v } = t.shown.peek();
    t.move(yo(t.reading.peek(), w.offsetX, u.peek()), v);
  });
  const m = [
    y(() => {
      const w = t.reading.value, v = t.shown.value;
      n.replaceChildren(...Mo(w, v)), o.replaceChildren(...So(w, v.column)), i.replaceChildren(...Eo(w, v)), r.setAttribute("aria-label", Ao(w, v.column)), f(w, v);
    }),
    y(() => {
      const w = t.pinned.value;
      s.setAttribute("aria-pressed", String(w)), s.title = w ? "Release (Esc)" : "Pin this cell (Enter)", s.lastChild.textContent = w ? "Pinned" : "Pin";
    }),
    y(() => {
      const w = u.value, v = xo(t.reading.value, t.shown.value, t.metric.value, t.ramp.value, t.shade.value, w);
      cancelAnimationFrame(h), h = requestAnimationFrame(() => {
        const b = r.getContext("2d");
        if (!b) return;
        Mt(r, w, Qt);
        const k = window.devicePixelRatio || 1;
        b.setTransform(k, 0, 0, k, 0, 0), b.clearRect(0, 0, w, Qt), $t(b, v);
      });
    })
  ];
  return { element: l, dispose: () => {
    m.forEach((w) => w()), d.disconnect(), cancelAnimationFrame(h);
  } };
}
function Mo(t, { row: e, column: n }) {
  const o = t.rowName(e), s = /^\d+$/.test(o) ? `Layer ${o}` : o === "embed" ? "Embedding" : o;
  return [
    document.createTextNode(s),
    p("span", { class: "f-soft" }, ` · position ${t.positions[n]}`)
  ];
}
function So(t, e) {
  const n = t.positions[e], o = Math.max(0, n - 5), s = t.tokens.slice(o, n), i = o > 0 ? [document.createTextNode("… ")] : [];
  for (const { text: c } of s) i.push(C($(c)));
  const a = C($(t.input(e)?.text ?? ""));
  a.classList.add("f-here");
  const r = C($(t.targetText(e)));
  return r.classList.add("f-next"), i.push(a, p("span", { class: "f-soft" }, " → "), r), t.targets[e]?.isArgmax && i.push(p("span", { class: "f-soft" }, " (the model’s choice)")), i;
}
function Eo(t, { row: e, column: n }) {
  const o = t.cell(e, n), s = t.columns, i = (a, r, c) => p("div", { title: r }, p("dt", {}, a), p("dd", {}, c));
  return [
    i("rank", "Rank of the token that came next: 1 is best", P(s.targetRank[o])),
    i("prob", "Probability of the token that came next", R(s.targetProb[o])),
    i("surprisal", "−log₂ of that probability, bits", T(s.surprisalBits[o])),
    i("entropy", "Entropy of the whole distribution, bits", T(s.entropyBits[o])),
    i("KL", "Divergence of the last layer from this one, bits", T(s.klBits[o]))
  ];
}
function No(t, e) {
  const n = [], o = () => {
    const s = p("span", { class: "f-rank" }), i = C(""), a = p("span", { class: "f-fill" }), r = p("span", { class: "f-share" }), c = p("button", { class: "f-watch", type: "button" }), l = p("li", {}, p("span", { class: "f-bar" }, a), s, i, r, c), f = { row: l, place: s, name: i, bar: a, share: r, watch: c, id: -1 };
    return c.addEventListener("click", () => t.toggleWatch({ id: f.id, text: t.reading.peek().text(f.id) })), n.push(f), e.append(l), f;
  };
  return (s, { row: i, column: a }) => {
    const r = s.top(i, a), c = s.target(i, a), l = !r.some((u) => u.id === c.id), f = l ? [...r, c] : r;
    f.forEach((u, h) => {
      const d = n[h] ?? o(), m = $(s.text(u.id)), g = t.isWatched(u.id);
      d.id = u.id, d.row.hidden = !1, d.row.className = `${u.id === c.id ? "f-target" : ""}${l && h === r.length ? " f-beyond" : ""}`, d.place.textContent = P(u.rank), d.name.textContent = m, d.name.title = `token ${u.id}, logit ${T(u.logit)}`, d.share.textContent = R(u.prob), d.bar.style.width = `${100 * Math.max(0, Math.min(1, u.prob || 0))}%`, d.watch.textContent = g ? "−" : "+", d.watch.setAttribute("aria-label", `${g ? "Stop watching" : "Watch"} ${m}`), d.watch.title = g ? "Stop watching" : "Watch this token";
    }), n.slice(f.length).forEach((u) => u.row.hidden = !0);
  };
}
function Ao(t, e) {
  const n = t.rows.findIndex((s, i) => t.columns.targetRank[t.cell(i, e)] === 1), o = $(t.targetText(e));
  return n < 0 ? `${o} is at rank 1 after no layer` : `${o} is first at rank 1 after layer ${t.rowName(n)}`;
}
function Lo(t) {
  const e = A(() => bt(t.reading.value, t.metric.value, Y(t.ramp.value, t.shade.value)));
  return Ne(t, { label: "Layers by positions: the top token of each", model: e, found: vn(t) });
}
function St(t, e, n, o) {
  const s = t.columns, i = t.watched.length, a = t.watched.findIndex((l) => l.ids[0] === n), r = t.targets[o]?.id === n, c = e && e.rank.length === t.width * t.height ? e : void 0;
  return t.rows.map((l, f) => {
    const u = t.cell(f, o);
    return a >= 0 ? Et(s.watchRank, s.watchProb, s.watchLogit, u * i + a) : r ? Et(s.targetRank, s.targetProb, s.targetLogit, u) : c ? Et(c.rank, c.prob, c.logit, u) : t.top(f, o).find((h) => h.id === n) ?? null;
  });
}
const Et = (t, e, n, o) => ({
  rank: t[o],
  prob: e[o],
  logit: n[o]
});
function To(t, e, n, o) {
  const s = t.watched.value.map((a) => ({
    ...a,
    scores: St(e, t.asked.value.get(a.id), a.id, n)
  })), i = s[0]?.scores ?? [];
  return s.map(({ id: a, text: r, scores: c }) => ({
    id: a,
    text: r,
    values: c.map((l, f) => {
      if (!l) return NaN;
      if (o !== "logit") return l[o];
      const u = i[f];
      return u ? l.logit - u.logit : NaN;
    })
  }));
}
function Co(t) {
  const e = [];
  return t.forEach((n, o) => {
    if (!Number.isNaN(n)) return;
    const s = e[e.length - 1];
    s && s[1] === o - 1 ? s[1] = o : e.push([o, o]);
  }), e;
}
function Ro(t, e) {
  const n = e.replace(/␣/g, " ").replace(/⏎/g, `
`).replace(/⇥/g, "	"), o = (a) => {
    for (const [r, c] of t.vocabulary) if (c === a) return r;
    return null;
  }, s = o(n);
  if (s !== null) return { id: s, text: n, guessed: !1 };
  const i = o(` ${n}`);
  return i === null ? null : { id: i, text: ` ${n}`, guessed: !0 };
}
const Po = 5;
function zo(t, e, n, o) {
  const s = t.watched.value, i = Math.min(Po, e.columns.topK), a = [
    ...o === "position" ? ["layer"] : ["position", "input", "next"],
    "rank",
    "probability",
    "surprisal",
    "entropy",
    "KL",
    ...Array.from({ length: i }, (h, d) => `top ${d + 1}`),
    ...s.map(({ text: h }) => `rank of ${$(h)}`)
  ], r = o === "position" ? e.rows.map((h, d) => ({ row: d, column: n.column })) : e.positions.map((h, d) => ({ row: n.row, column: d })), c = /* @__PURE__ */ new Map(), l = (h) => {
    let d = c.get(h);
    return d || (d = s.map(({ id: m }) => St(e, t.asked.value.get(m), m, h).map((g) => g?.rank ?? null)), c.set(h, d)), d;
  }, f = r.map((h) => {
    const { row: d, column: m } = h, g = e.columns, w = e.cell(d, m), v = o === "position" ? [] : [e.input(m)?.text ?? "", e.targetText(m)];
    return {
      cell: h,
      head: o === "position" ? e.rowName(d) : String(e.positions[m]),
      values: [
        ...v.map((b) => ({ text: $(b), token: !0 })),
        { text: P(g.targetRank[w]) },
        { text: R(g.targetProb[w]) },
        { text: T(g.surprisalBits[w]) },
        { text: T(g.entropyBits[w]) },
        { text: T(g.klBits[w]) },
        ...e.top(d, m).slice(0, i).map(({ id: b }) => ({ text: $(e.text(b)), token: !0 })),
        ...l(m).map((b) => ({ text: b[d] == null ? "not recorded" : P(b[d]) }))
      ]
    };
  });
  return { caption: o === "position" ? `Position ${e.positions[n.column]}, after ${$(e.input(n.column)?.text ?? "")}: every layer; rank, probability and surprisal of ${$(e.targetText(n.column))}` : `${e.rowName(n.row) === "embed" ? "The embedding" : `Layer ${e.rowName(n.row)}`}: every position; rank, probability and surprisal of the token that came next`, columns: a, rows: f };
}
const Bo = ({ columns: t, rows: e }) => [t, ...e.map((n) => [n.head, ...n.values.map((o) => o.text)])].map((n) => n.join("	")).join(`
`);
function Io(t) {
  const e = x("position"), n = p("div", { class: "f-table-box", tabindex: "0", role: "region", "aria-label": "Table" }), o = (l, f) => {
    const u = p("input", { type: "radio", name: `f-selection-${t.uid}`, value: l, checked: l === "position", onchange: () => e.value = l });
    return p("label", {}, u, p("span", {}, f));
  };
  let s = null;
  const i = p("button", { class: "f-button", type: "button" }, "Copy");
  i.addEventListener("click", () => {
    s && _o(Bo(s)).then((l) => {
      i.textContent = l ? "Copied" : "Select and copy by hand", setTimeout(() => i.textContent = "Copy", 2e3);
    });
  });
  const a = p("div", { class: "f-segments", role: "radiogroup", "aria-label": "What the table shows" }, o("position", "This position, every layer"), o("layer", "This layer, every position")), r = p("section", { class: "f-table-view", "aria-label": "Table" }, p("div", { class: "f-watch-head" }, a, i), n), c = y(() => {
    t.view.value === "table" && (s = zo(t, t.reading.value, t.cursor.value, e.value), n.replaceChildren(Oo(t, s, e.peek())));
  });
  return { element: r, drawing: () => null, focus: () => n.focus(), dispose: c };
}
function Oo(t, { caption: e, columns: n, rows: o }, s) {
  const i = t.cursor.peek(), a = o.map(({ cell: c, head: l, values: f }) => {
    const u = s === "position" ? c.row === i.row : c.column === i.column, h = f.map((d) => p("td", { class: d.token ? "f-word" : null }, d.token ? C(d.text) : d.text));
    return p("tr", { "aria-current": u ? "true" : null, onclick: () => t.move(c.row, c.column) }, p("th", { scope: "row" }, l), ...h);
  }), r = (c) => /^(input|next|top)/.test(c) ? "f-word" : null;
  return p("table", { class: "f-table" }, p("caption", {}, e), p("thead", {}, p("tr", {}, ...n.map((c) => p("th", { scope: "col", class: r(c) }, c)))), p("tbody", {}, ...a));
}
async function _o(t) {
  try {
    return await navigator.clipboard.writeText(t), !0;
  } catch {
    return !1;
  }
}
const Z = 56, Wt = 148, J = 18, H = 18, te = 15, Ae = (t) => t.map((e, n) => ({ line: e, i: n })).filter(({ line: e }) => e.values.some(Number.isNaN));
function Le(t) {
  const e = t.height - 44 - H * Ae(t.lines).length, n = t.width - Wt, o = (n - Z) / Math.max(1, t.rows.length), s = Math.max(40, e - J), i = Wo(t);
  return { x: (a) => Z + (a + 0.5) * o, y: (a) => J + i(a) * s, each: o, bottom: J + s, right: n };
}
function Wo(t) {
  if (t.scale === "rank") {
    const n = Math.log(Math.max(10, t.vocabulary));
    return (o) => 0.02 + 0.96 * Math.log(o) / n;
  }
  if (t.scale === "prob") return (n) => 1 - n;
  const e = Te(t);
  return (n) => 0.5 - n / (2 * e);
}
function Te(t) {
  const e = t.lines.flatMap((n) => n.values).filter((n) => Number.isFinite(n));
  return Math.max(1, Math.ceil(Math.max(0, ...e.map(Math.abs)) * 1.1));
}
function jo(t) {
  if (t.scale === "rank") {
    const n = [];
    for (let o = 1; o <= t.vocabulary; o *= 10) n.push({ value: o, label: P(o) });
    return n;
  }
  if (t.scale === "prob") return [0, 0.25, 0.5, 0.75, 1].map((n) => ({ value: n, label: `${n * 100}%` }));
  const e = Te(t);
  return [-e, -e / 2, 0, e / 2, e].map((n) => ({ value: n, label: `${n > 0 ? "+" : ""}${+n.toFixed(1)}` }));
}
function ee(t, e) {
  const { each: n } = Le(t);
  return Math.max(0, Math.min(t.rows.length - 1, Math.floor((e - Z) / n)));
}
function Fo(t, e, n) {
  const o = Le(t), s = [];
  return Do(s, t, o, e), t.lines.forEach((i, a) => Ko(s, i, a, o, n[a % n.length], e)), qo(s, t, o, e, n), Ae(t.lines).forEach(({ line: i, i: a }, r) => Ho(s, t, i, o, r, n[a % n.length], e)), s;
}
function Do(t, e, n, o) {
  t.push({ op: "rect", x: n.x(e.row) - n.each / 2, y: J - 8, w: n.each, h: n.bottom - J + 14, fill: o.raised });
  for (const { value: a, label: r } of jo(e)) {
    const c = n.y(a);
    t.push({ op: "lines", points: [Z, c, n.right, c], stroke: o.line, line: 1 }), t.push({ op: "text", x: Z - 8, y: c, text: r, size: 11, fill: o.muted, align: "right" });
  }
  const s = Math.max(1, Math.ceil(30 / n.each));
  e.rows.forEach((a, r) => {
    const c = r === e.row, l = !c && Math.abs(r - e.row) * n.each < 24;
    !c && (r % s !== 0 || l) || t.push({ op: "text", x: n.x(r), y: n.bottom + 15, text: a, size: 11, fill: c ? o.text : o.muted, bold: c, align: "center" });
  });
  const i = { rank: "rank, 1 is best (log)", prob: "probability", logit: "logit, less the first token's" };
  t.push({ op: "text", x: Z, y: 7, text: i[e.scale], size: 11, fill: o.muted }), t.push({ op: "text", x: n.right, y: n.bottom + 31, text: "after layer", size: 11, fill: o.muted, align: "right" });
}
function Ko(t, e, n, o, s, i) {
  const a = Tt[n % Tt.length] ?? [];
  let r = [];
  const c = () => {
    r.length > 2 && t.push({ op: "path", points: r, stroke: s, line: 2.25, dash: a }), r = [];
  };
  e.values.forEach((f, u) => {
    Number.isNaN(f) ? c() : r.push(o.x(u), o.y(f));
  }), c();
  const l = Math.max(1, Math.round(16 / o.each));
  e.values.forEach((f, u) => {
    const h = Number.isNaN(e.values[u - 1] ?? NaN) && Number.isNaN(e.values[u + 1] ?? NaN), d = u === e.values.length - 1;
    !Number.isNaN(f) && (u % l === 0 || d || h) && Ce(t, vt[n % vt.length] ?? "circle", o.x(u), o.y(f), s, i);
  });
}
function Ce(t, e, n, o, s, i) {
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
const Uo = { rank: P, prob: R, logit: T };
function qo(t, e, n, o, s) {
  const i = e.lines.flatMap((c, l) => {
    const f = c.values.findLastIndex((u) => !Number.isNaN(u));
    return f < 0 ? [] : [{ line: c, i: l, row: f, from: n.y(c.values[f]), y: 0 }];
  });
  i.sort((c, l) => c.from - l.from);
  let a = J - 6;
  for (const c of i)
    c.y = Math.max(c.from, a), a = c.y + te;
  let r = n.bottom + 6;
  for (const c of [...i].reverse())
    c.y = Math.min(c.y, r), r = c.y - te;
  for (const { line: c, i: l, row: f, from: u, y: h } of i) {
    const d = s[l % s.length], m = Uo[e.scale](c.values[f]);
    t.push({ op: "lines", points: [n.x(f) + 6, u, n.right + 10, h], stroke: d, line: 1 });
    const g = nt($(c.text), Wt - 74, { size: 12, mono: !0 });
    t.push({ op: "text", x: n.right + 14, y: h, text: g, size: 12, mono: !0, bold: !0, fill: o.text }), t.push({ op: "text", x: n.right + 22 + ct(g, { size: 12, mono: !0, bold: !0 }), y: h, text: m, size: 12, fill: o.muted });
  }
}
function Ho(t, e, n, o, s, i, a) {
  const r = o.bottom + 40 + s * H, c = `not recorded: beyond the top ${e.topK}`;
  for (const [l, f] of Co(n.values)) {
    const [u, h] = [o.x(l) - o.each / 2 + 1, o.x(f) + o.each / 2 - 1];
    t.push({ op: "rect", x: u, y: r, w: h - u, h: H - 5, fill: a.sunken, round: 3 }), t.push({ op: "rect", x: u, y: r, w: 3, h: H - 5, fill: i });
    const d = nt(c, h - u - 12, { size: 10 });
    d && t.push({ op: "text", x: u + 8, y: r + (H - 5) / 2, text: d, size: 10, fill: a.muted });
  }
  t.push({ op: "text", x: o.right + 14, y: r + (H - 5) / 2, text: nt($(n.text), Wt - 20, { size: 11, mono: !0 }), size: 11, mono: !0, fill: a.muted });
}
const Go = [["rank", "Rank"], ["prob", "Probability"], ["logit", "Logit difference"]];
function Vo(t) {
  const e = x({ width: 0, height: 0 }), n = p("canvas", { class: "f-chart", role: "img" }), o = p("div", { class: "f-chart-box", tabindex: "0", "aria-label": "Chart over the layers: arrows move", role: "group" }, n), s = p("ul", { class: "f-chips", "aria-label": "Watched tokens" }), i = p("p", { class: "f-watch-place" }), a = p("section", { class: "f-watch-view", "aria-label": "Watched tokens over the layers" }, p("div", { class: "f-watch-head" }, i, Jo(t)), p("div", { class: "f-watch-tokens" }, s, ts(t)), o), r = A(() => {
    const h = t.reading.value, { row: d, column: m } = t.shown.value, g = t.watchScale.value;
    return {
      lines: To(t, h, m, g),
      scale: g,
      rows: h.rows.map((w, v) => h.rowName(v)),
      row: d,
      vocabulary: h.info.model.vocabulary,
      topK: h.columns.topK,
      ...e.value
    };
  });
  let c = [], l = 0;
  const f = [
    y(() => {
      const h = r.value, d = t.shade.value;
      !h.width || !h.height || (c = Fo(h, _(d), de(d)), n.setAttribute("aria-label", Zo(t, h)), cancelAnimationFrame(l), l = requestAnimationFrame(() => {
        const m = n.getContext("2d");
        if (!m) return;
        Mt(n, h.width, h.height);
        const g = n.width / h.width;
        m.setTransform(g, 0, 0, g, 0, 0), m.clearRect(0, 0, h.width, h.height), $t(m, c);
      }));
    }),
    y(() => s.replaceChildren(...t.watched.value.map((h, d) => Yo(t, h, d)))),
    y(() => {
      const h = t.reading.value, { column: d } = t.shown.value;
      i.replaceChildren(
        p("strong", {}, `Position ${h.positions[d]}`),
        " after ",
        C($(h.input(d)?.text ?? "")),
        p("span", { class: "f-soft" }, h.targets[d]?.isArgmax ? ", then the model's choice " : ", before "),
        C($(h.targetText(d)))
      );
    }),
    ns(t)
  ];
  Xo(t, n, () => r.peek());
  const u = new ResizeObserver(() => {
    e.value = { width: o.clientWidth, height: o.clientHeight };
  });
  return u.observe(o), {
    element: a,
    drawing: () => ({ ops: c, ...e.peek() }),
    focus: () => o.focus(),
    dispose() {
      f.forEach((h) => h()), u.disconnect(), cancelAnimationFrame(l);
    }
  };
}
function Xo(t, e, n) {
  e.addEventListener("pointermove", (o) => {
    if (t.pinned.peek()) return;
    const s = ee(n(), o.offsetX), i = t.shown.peek().column;
    t.hover.peek()?.row !== s && (t.hover.value = { row: s, column: i });
  }), e.addEventListener("pointerleave", () => t.hover.value = null), e.addEventListener("click", (o) => {
    t.move(ee(n(), o.offsetX), t.shown.peek().column), t.pinned.value = !0;
  });
}
function Zo(t, e) {
  const n = t.reading.peek(), { column: o } = t.shown.peek(), s = n.lastRow, i = t.watched.peek().map(({ id: a, text: r }) => {
    const c = St(n, t.asked.peek().get(a), a, o)[s];
    return `${$(r)} ${c ? `rank ${P(c.rank)}, ${R(c.prob)}` : "not recorded"}`;
  });
  return `${e.rows.length} layers at position ${n.positions[o]}; after the last: ${i.join("; ") || "nothing is watched"}`;
}
function Jo(t) {
  const e = Go.map(([n, o]) => {
    const s = p("input", { type: "radio", name: `f-scale-${t.uid}`, value: n, onchange: () => t.watchScale.value = n });
    return { scale: n, input: s, element: p("label", {}, s, p("span", {}, o)) };
  });
  return y(() => e.forEach(({ scale: n, input: o }) => o.checked = t.watchScale.value === n)), p("div", { class: "f-segments", role: "radiogroup", "aria-label": "Scale" }, ...e.map(({ element: n }) => n));
}
function Yo(t, e, n) {
  const o = $(e.text), s = `var(--f-series-${n})`, i = (Tt[n] ?? []).join(" "), a = et("line", { x1: 1, y1: 8, x2: 27, y2: 8, "stroke-width": 2.25, "stroke-dasharray": i || null });
  a.style.stroke = s;
  const r = et("svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, a, Qo(n, s)), c = p("button", { class: "f-watch", type: "button", "aria-label": `Stop watching ${o}`, title: "Stop watching", onclick: () => t.toggleWatch(e) }, z("close"));
  return p("li", { class: "f-chip" }, r, C(o), c);
}
function Qo(t, e) {
  const n = [], o = vt[t % vt.length] ?? "circle";
  Ce(n, o, 14, 8, "#000000", _("light"));
  const s = n[0], i = s?.op === "path" ? et("polygon", { points: s.points.join(" ") }) : et("circle", { cx: 14, cy: 8, r: 3.5 });
  return i.style.stroke = e, i.style.strokeWidth = "1.75", i.style.fill = o.endsWith("-open") ? "var(--f-surface)" : e, i;
}
function ts(t) {
  const e = p("input", { class: "f-input", type: "text", placeholder: "Watch a token, e.g. ␣is", "aria-label": "Watch a token", spellcheck: "false", autocomplete: "off" }), n = p("span", { class: "f-note", role: "status" }), o = p("form", { class: "f-adder" }, e, p("button", { class: "f-button", type: "submit" }, "Watch"), n);
  return o.addEventListener("submit", (s) => {
    s.preventDefault();
    const i = e.value;
    if (!i) return;
    const a = Ro(t.reading.peek(), i);
    n.textContent = "", t.watched.peek().length >= tt ? n.textContent = `At most ${tt} tokens can be told apart.` : a ? (t.watched.peek().some((r) => r.id === a.id) || t.toggleWatch(a), a.guessed && (n.textContent = `Taken as ${$(a.text)}, with the space before it.`), e.value = "") : t.source.ranks ? es(t, i, n).then((r) => r && (e.value = "")) : n.textContent = `This reading holds no token ${$(i)}. Record it: --watch when the reading is made.`;
  }), o;
}
async function es(t, e, n) {
  n.textContent = "Asking …";
  try {
    const [o] = await t.source.ranks?.([{ text: e.replace(/␣/g, " ") }]) ?? [];
    if (!o) throw new Error("no such token");
    return t.asked.value = new Map(t.asked.peek()).set(o.id, o), t.watched.peek().some((s) => s.id === o.id) || t.toggleWatch({ id: o.id, text: o.text }), n.textContent = o.note ? D(o.note) : "", !0;
  } catch (o) {
    return n.textContent = o instanceof Error ? o.message : String(o), !1;
  }
}
function ns(t) {
  const e = /* @__PURE__ */ new Set();
  let n = t.reading.peek();
  return y(() => {
    const o = t.reading.value, { column: s } = t.shown.value;
    if (!t.source.ranks || t.view.value !== "watch") return;
    o !== n && (n = o, e.clear(), t.asked.value = /* @__PURE__ */ new Map());
    const i = t.watched.value.filter(
      ({ id: a }) => !e.has(a) && St(o, t.asked.value.get(a), a, s).includes(null)
    );
    i.length && (i.forEach(({ id: a }) => e.add(a)), t.source.ranks(i.map(({ id: a }) => ({ id: a }))).then((a) => {
      if (t.reading.peek() !== o) return;
      const r = new Map(t.asked.peek());
      for (const c of a) r.set(c.id, c);
      t.asked.value = r;
    }).catch((a) => {
      t.message.value = `The ranks could not be had: ${a instanceof Error ? a.message : String(a)}`;
    }));
  });
}
const os = { heatmap: Lo, watch: Vo, compare: fo, table: Io };
async function ss(t, e, n = {}) {
  const [o, s] = await Promise.all([e.reading(), e.other?.() ?? null]), i = new an(o, e);
  i.other.value = s, n.view && (i.view.value = n.view), n.metric && (i.metric.value = n.metric), n.theme && (i.theme.value = n.theme);
  const a = p("div", { class: n.page ? "fathom f-page" : "fathom" });
  n.page || (a.style.height = n.height ?? "640px");
  const r = [Wn(a, i)];
  (n.deepLinks ?? n.page) && r.push(_n(i));
  const c = A(() => i.view.value === "compare" && !i.other.value ? "heatmap" : i.view.value), l = is(i, c), f = Pn(), u = $o(i, n.actions ?? []), h = $n(i, { drawing: () => l.part(c.peek()).drawing(), help: () => f.showModal() }), d = En(i, c), m = p("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  a.append(h.element, d.element, p("div", { class: "f-body" }, l.element, u.element), Nn(i), f, m), t.replaceChildren(a), r.push(
    y(() => {
      m.textContent = i.message.value;
    }),
    y(() => {
      const { row: v, column: b } = i.cursor.peek();
      i.pinned.value && (i.message.value = `Pinned: ${Ot(i.reading.peek(), v, b)}`);
    })
  );
  const g = n.page ? document : a, w = (v) => {
    Cn(i, { find: h.find, help: () => f.showModal() }, v) && v.preventDefault();
  };
  return g.addEventListener("keydown", w), {
    state: i,
    update: (v) => rs(i, v),
    compareWith(v) {
      i.other.value = v, !v && i.view.peek() === "compare" && (i.view.value = "heatmap");
    },
    destroy() {
      g.removeEventListener("keydown", w), r.forEach((v) => v()), [h, d, u, l].forEach((v) => v.dispose()), a.remove();
    }
  };
}
function is(t, e) {
  const n = /* @__PURE__ */ new Map(), o = p("main", { class: "f-stage" }), s = (r) => {
    let c = n.get(r);
    return c || (c = os[r](t), c.element.id = `f-panel-${r}-${t.uid}`, c.element.setAttribute("aria-labelledby", `f-tab-${r}-${t.uid}`), c.element.setAttribute("role", "tabpanel"), n.set(r, c), o.append(c.element)), c;
  }, i = y(() => {
    const r = e.value;
    s(r);
    for (const [c, { element: l }] of n) l.hidden = c !== r;
  });
  return { element: o, part: s, dispose: () => {
    i(), n.forEach((r) => r.dispose());
  } };
}
function rs(t, e) {
  const n = t.reading.peek(), { row: o, column: s } = t.cursor.peek(), [i, a] = [n.positions[s], n.rowName(o)], r = s === n.width - 1 && !t.pinned.peek() && n.width > 1;
  t.hover.value = null;
  const c = e.positions.indexOf(i ?? -1), l = e.rows.findIndex((u, h) => e.rowName(h) === a), f = {
    row: l < 0 ? e.lastRow : l,
    column: r || c < 0 ? e.width - 1 : c
  };
  e.width >= n.width && e.height >= n.height ? (t.reading.value = e, t.cursor.value = f) : (t.cursor.value = { row: 0, column: 0 }, t.reading.value = e, t.cursor.value = f);
}
class jt {
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
    const { topK: o, topId: s, topLogit: i, topProb: a } = this.columns, r = this.cell(e, n) * o, c = [];
    for (let l = 0; l < o; l++) {
      const f = i[r + l], u = c[l - 1], h = u && u.logit === f ? u.rank : l + 1;
      c.push({ id: s[r + l], logit: f, prob: a[r + l], rank: h });
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
const Nt = "fathom.pack/1";
class N extends Error {
  name = "BadReading";
}
async function as(t) {
  const e = new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(e).arrayBuffer());
  } catch {
    throw new N("the pack is no whole gzip stream");
  }
}
function cs(t) {
  const e = t.length / 4, n = new Uint32Array(e);
  for (let o = 0; o < e; o++)
    n[o] = (t[o] | t[e + o] << 8 | t[2 * e + o] << 16 | t[3 * e + o] << 24) >>> 0;
  return n;
}
function ls(t, e, n) {
  const o = /* @__PURE__ */ new Map();
  let s = n;
  for (const { name: i, type: a, values: r } of t.columns) {
    const c = s + 4 * r;
    if (!Number.isSafeInteger(c) || r < 0 || c > e.length) throw new N(`${i}: cut off`);
    if (o.has(i)) throw new N(`column ${i} stands twice`);
    o.set(i, { type: a, words: cs(e.subarray(s, c)) }), s = c;
  }
  if (s !== e.length) throw new N("there is more after the columns");
  return o;
}
function Re(t) {
  const { model: e, lens: n, precision: o, run_id: s, program: i } = t;
  if (!e || !n || !Array.isArray(t.tokens)) throw new N("the reading names no model or tokens");
  const a = (t.watched ?? []).map((l) => ({
    text: l.text,
    ids: l.ids,
    sequence: l.sequence ? { position: l.sequence.position, logprobBits: l.sequence.logprob_bits } : void 0
  })), r = new Map((t.vocabulary ?? []).map((l) => [l.id, l.text]));
  return { info: { model: e, lens: n, precision: o, sampling: t.sampling ?? null, run_id: s, program: i }, tokens: t.tokens, watched: a, vocabulary: r };
}
async function Rt(t) {
  const e = await as(t), n = e.length < 4 ? 1 / 0 : new DataView(e.buffer).getUint32(0, !0);
  if (4 + n > e.length) throw new N("the pack's head is cut off");
  let o;
  try {
    o = JSON.parse(new TextDecoder("utf-8", { fatal: !0 }).decode(e.subarray(4, 4 + n)));
  } catch {
    throw new N("the pack's head is no JSON");
  }
  if (o.pack !== Nt && !String(o.pack).startsWith(`${Nt}.`))
    throw new N(`this reading's form is ${String(o.pack)}, and this viewer reads ${Nt}`);
  const s = ls(o, e, 4 + n), { rows: i, positions: a } = o.reading, r = Re(o.reading), c = i.length * a.length, l = (v, b, k) => {
    const M = s.get(v);
    if (!M || M.type !== b || M.words.length !== k)
      throw new N(`${v}: expected ${k} values of ${b}`);
    return M.words;
  }, f = (v, b = 1) => new Float32Array(l(v, "f32", c * b).buffer), u = (v, b = 1) => {
    const k = l(v, "u32", c * b);
    if (k.includes(0)) throw new N(`${v}: 0 is no rank`);
    return k;
  }, [h, d] = [o.top_k, r.watched.length], m = {
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
  }, g = l("target_id", "u32", a.length), w = a.map((v, b) => {
    const [k, M] = [g[b], r.tokens[v + 1]];
    if (!r.tokens[v] || M && M.id !== k) throw new N(`target of position ${v}`);
    return { id: k, isArgmax: M === void 0 };
  });
  return new jt({ ...r, rows: i, positions: a, targets: w, columns: m });
}
function us(t, e) {
  const n = { reading: () => Rt(t) };
  return e && (n.other = () => Rt(e)), n;
}
const ms = (t, e) => ({
  reading: () => Promise.resolve(t),
  ...e ? { other: () => Promise.resolve(e) } : {}
});
function gs(t, e) {
  const n = async (o) => {
    const s = await fetch(`${o}?format=pack`);
    if (!s.ok) throw new Error(await ne(s));
    return Rt(new Uint8Array(await s.arrayBuffer()));
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
      if (!s.ok) throw new Error(await ne(s));
      const { tokens: i } = await s.json(), a = (r) => Float32Array.from(r, (c) => c ?? NaN);
      return i.map((r) => ({
        id: r.id,
        text: r.text,
        logit: a(r.logit),
        prob: a(r.prob),
        rank: Uint32Array.from(r.rank),
        note: r.note
      }));
    }
  };
}
async function ne(t) {
  const e = await t.json().catch(() => ({}));
  return e.detail ?? e.title ?? `${t.status} ${t.statusText}`;
}
function oe(t) {
  const e = atob(t.trim()), n = new Uint8Array(e.length);
  for (let o = 0; o < e.length; o++) n[o] = e.charCodeAt(o);
  return n;
}
const At = "fathom.reading/1";
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
const O = (t) => t ?? NaN;
function ws(t) {
  if (t.schema !== At && !String(t.schema).startsWith(`${At}.`))
    throw new N(`this reading's form is ${String(t.schema)}, and this viewer reads ${At}`);
  const e = Re(t), { rows: n, positions: o } = t, s = new Map(n.map((u, h) => [`${u.site} ${u.layer}`, h])), i = new Map(o.map((u, h) => [u, h])), a = t.cells[0]?.top.length ?? 0, r = Pe(n.length * o.length, a, e.watched.length), c = [], l = ({ id: u, text: h }) => e.vocabulary.set(u, h);
  let f = 0;
  for (const u of t.cells) {
    const h = s.get(`${u.site} ${u.layer}`), d = i.get(u.position);
    if (h === void 0 || d === void 0 || u.top.length !== a) throw new N("a cell that fits nowhere");
    const m = h * o.length + d;
    if (r.targetRank[m] !== 0) throw new N("a cell that stands twice");
    f++, l(u.target), c[d] = { id: u.target.id, isArgmax: u.target.is_argmax }, r.targetLogit[m] = O(u.target.logit), r.targetProb[m] = O(u.target.prob), r.targetRank[m] = u.target.rank, r.entropyBits[m] = O(u.entropy_bits), r.klBits[m] = O(u.kl_bits), r.klReverseBits[m] = O(u.kl_reverse_bits), r.surprisalBits[m] = O(u.surprisal_bits), u.top.forEach((w, v) => {
      l(w), r.topId[m * a + v] = w.id, r.topLogit[m * a + v] = O(w.logit), r.topProb[m * a + v] = O(w.prob);
    });
    const g = e.watched.length;
    u.watch.forEach((w, v) => {
      l(w), r.watchLogit[m * g + v] = O(w.logit), r.watchProb[m * g + v] = O(w.prob), r.watchRank[m * g + v] = w.rank;
    });
  }
  if (f !== n.length * o.length || f === 0) throw new N("cells are missing");
  return new jt({ ...e, rows: n, positions: o, targets: c, columns: r });
}
const hs = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"], fs = ["topId", "topLogit", "topProb"], ds = ["watchLogit", "watchProb", "watchRank"];
function vs(t, e) {
  const n = (h) => h.rows.map((d) => `${d.site} ${d.layer}`).join(), o = (h) => h.watched.map((d) => d.ids.join(" ")).join();
  if (n(t) !== n(e) || t.columns.topK !== e.columns.topK || o(t) !== o(e))
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  const s = [.../* @__PURE__ */ new Set([...t.positions, ...e.positions])].sort((h, d) => h - d), i = s.map((h) => {
    const d = e.positions.indexOf(h);
    return d >= 0 ? [e, d] : [t, t.positions.indexOf(h)];
  }), [a, r] = [t.columns.topK, t.watched.length], c = Pe(s.length * t.rows.length, a, r), l = (h, d) => {
    for (const m of h) {
      const g = c[m];
      for (let w = 0; w < t.rows.length; w++)
        i.forEach(([v, b], k) => {
          const M = v.columns[m], B = v.cell(w, b) * d;
          g.set(M.subarray(B, B + d), (w * s.length + k) * d);
        });
    }
  };
  l(hs, 1), l(fs, a), l(ds, r);
  const f = e.tokens.length >= t.tokens.length ? e.tokens : t.tokens, u = i.map(([h, d], m) => {
    const g = f[s[m] + 1], w = h.targets[d];
    return g && g.id === w.id ? { id: g.id, isArgmax: !1 } : w;
  });
  return new jt({
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
const se = document.getElementById("fathom-reading"), Lt = document.getElementById("fathom");
if (se && Lt) {
  const t = document.getElementById("fathom-other"), e = us(oe(se.textContent ?? ""), t ? oe(t.textContent ?? "") : void 0);
  ss(Lt, e, { page: !0, view: t ? "compare" : "heatmap" }).catch((n) => {
    Lt.textContent = `This reading can't be shown: ${n instanceof Error ? n.message : String(n)}`;
  });
}
export {
  N as BadReading,
  jt as Reading,
  A as computed,
  Rt as decodePack,
  y as effect,
  oe as fromBase64,
  ws as fromJson,
  gs as httpSource,
  us as inlineSource,
  vs as merge,
  ss as mount,
  ps as numbers,
  ms as readySource,
  x as signal,
  $ as token,
  D as visible
};
