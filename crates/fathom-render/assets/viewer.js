var je = Symbol.for("preact-signals");
function _t() {
  if (q > 1)
    q--;
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
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && ue(n)) try {
          n.c();
        } catch (s) {
          e || (t = s, e = !0);
        }
        n = o;
      }
    }
    if (kt = 0, q--, e) throw t;
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
var ht = void 0, q = 0, kt = 0, Ht = 0, yt = void 0, xt = 0;
function le(t) {
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
C.prototype.brand = je;
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
  return $(function() {
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
  var t = le(this);
  return t !== void 0 && (t.i = this.i), this.v;
}, set: function(t) {
  if (t !== this.v) {
    if (kt > 100) throw new Error("Cycle detected");
    (function(n) {
      q !== 0 && kt === 0 && n.l !== Ht && (n.l = Ht, yt = { S: n, v: n.v, i: n.i, o: yt });
    })(this), this.v = t, this.i++, xt++, q++;
    try {
      for (var e = this.t; e !== void 0; e = e.x) e.t.N();
    } finally {
      _t();
    }
  }
} });
function M(t, e) {
  return new C(t, e);
}
function ue(t) {
  for (var e = t.s; e !== void 0; e = e.n) if (e.S.i !== e.i || !e.S.h() || e.S.i !== e.i) return !0;
  return !1;
}
function he(t) {
  for (var e = t.s; e !== void 0; e = e.n) {
    var n = e.S.n;
    if (n !== void 0 && (e.r = n), e.S.n = e, e.i = -1, e.n === void 0) {
      t.s = e;
      break;
    }
  }
}
function fe(t) {
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
  if (this.g = xt, this.f |= 1, this.i > 0 && !ue(this))
    return this.f &= -2, !0;
  var t = E;
  try {
    he(this), E = this;
    var e = this.x();
    (16 & this.f || this.v !== e || this.i === 0) && (this.v = e, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return E = t, fe(this), this.f &= -2, !0;
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
  var t = le(this);
  if (this.h(), t !== void 0 && (t.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function P(t, e) {
  return new G(t, e);
}
function de(t) {
  var e = t.j;
  if (t.j = void 0, typeof e == "function") {
    q++;
    var n = E;
    E = void 0;
    try {
      e();
    } catch (o) {
      throw t.f &= -2, t.f |= 8, Wt(t), o;
    } finally {
      E = n, _t();
    }
  }
}
function Wt(t) {
  for (var e = t.s; e !== void 0; e = e.n) e.S.U(e);
  t.x = void 0, t.s = void 0, de(t);
}
function Fe(t) {
  if (E !== this) throw new Error("Out-of-order effect");
  fe(this), E = t, this.f &= -2;
  try {
    8 & this.f && Wt(this);
  } finally {
    _t();
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
  this.f |= 1, this.f &= -9, de(this), he(this), q++;
  var t = E;
  return E = this, Fe.bind(this, t);
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
function $(t, e) {
  var n = new it(t, e);
  try {
    n.c();
  } catch (s) {
    throw n.d(), s;
  }
  var o = n.d.bind(n);
  return o[Symbol.dispose] = o, o;
}
const pe = "–";
function I(t) {
  if (Number.isNaN(t)) return pe;
  if (t < Math.fround(1e-4)) return "<0.01%";
  if (t > Math.fround(0.9999)) return ">99.99%";
  const e = t * 100;
  return `${e.toFixed(e >= 9.995 && e < 98.95 ? 1 : 2)}%`;
}
function R(t) {
  if (Number.isNaN(t)) return pe;
  if (!Number.isFinite(t)) return t > 0 ? "∞" : "-∞";
  const e = t.toFixed(Math.abs(t) < 99.995 ? 2 : 1);
  return e === "-0.00" ? "0.00" : e;
}
const O = (t) => String(t).replace(/\B(?=(\d{3})+$)/g, ",");
function me(t) {
  return t < 1e4 ? String(t) : t < 1e6 ? `${Math.floor(t / 1e3)}k` : `${Math.floor(t / 1e6)}M`;
}
const ds = /* @__PURE__ */ Object.freeze(/* @__PURE__ */ Object.defineProperty({
  __proto__: null,
  bits: R,
  percent: I,
  rank: O,
  rankShort: me
}, Symbol.toStringTag, { value: "Module" })), De = { light: { surface: "#ffffff", raised: "#f6f7f9", sunken: "#eceff3", text: "#16181d", muted: "#595f69", line: "#d5d9e0", accent: "#0072b2", focus: "#b0005e", warning: "#8a4b00" }, dark: { surface: "#14161b", raised: "#1d2027", sunken: "#0e1014", text: "#eceef2", muted: "#a2a9b5", line: "#363b45", accent: "#56b4e9", focus: "#ff7ab8", warning: "#f0b357" } }, Ke = { default: "cividis", light: { cividis: ["#fee838", "#f0d846", "#dec958", "#cdbb63", "#bcae6c", "#aba072", "#9b9476", "#8c8878", "#7d7c78", "#6f7073", "#61656f", "#535a6d", "#434e6c", "#32436d", "#1a386f", "#002e6a", "#00224e"], viridis: ["#fde725", "#d8e219", "#addc30", "#84d44b", "#5ec962", "#3fbc73", "#28ae80", "#1fa088", "#21918c", "#26828e", "#2c728e", "#33638d", "#3b528b", "#424086", "#472d7b", "#48186a", "#440154"], rose: ["#f8ecf5", "#f7e0f0", "#f5d5eb", "#f3c9e5", "#f1bede", "#f0b2d8", "#eea6d1", "#ec9ac9", "#ea8ec1", "#e782b9", "#e575b0", "#e368a7", "#e05a9e", "#dd4b95", "#da398b", "#d72381", "#d30076"] }, dark: { cividis: ["#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78", "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838"], viridis: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"], rose: ["#281a37", "#322041", "#3d264b", "#482c55", "#54325f", "#603869", "#6d3e72", "#7b447b", "#884a84", "#97508c", "#a55694", "#b45c9b", "#c462a2", "#d369a8", "#e36fad", "#f476b2", "#ff7cb7"] } }, Ue = { light: ["#00569f", "#256bab", "#467eb6", "#6492c2", "#81a6cd", "#9ebad8", "#bbcee2", "#d9e2ed", "#f7f7f7", "#f2e1da", "#edccbd", "#e7b6a1", "#e0a185", "#d88b68", "#d0754b", "#c75f28", "#bd4600"], dark: ["#52b5f4", "#4ea1d8", "#4a8ebc", "#467ca1", "#406a86", "#3b586d", "#354754", "#2e363d", "#262626", "#3d342c", "#554131", "#6e4f36", "#875d39", "#a26b3c", "#bd7a3e", "#d98840", "#f59740"] }, qe = { light: ["#0072b2", "#d55e00", "#009e73", "#b9588f", "#a97000", "#2f8fc6", "#5f6368", "#857500"], dark: ["#56b4e9", "#e69f00", "#2dbd92", "#dd8fbb", "#f0e442", "#ef7b2f", "#a3b8cc", "#8fd3c1"], dashes: [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [5, 2, 1.5, 2, 1.5, 2], [1, 3], [12, 3], [4, 4]], markers: ["circle", "diamond", "triangle", "square", "circle-open", "diamond-open", "triangle-open", "square-open"] }, He = { rank: { label: "rank", curve: "log", strong: 1, faint: 5e3, blank: 5e3, ticks: [1, 3, 10, 30, 100, 300, 1e3, 5e3] }, prob: { label: "probability", curve: "root", strong: 1, faint: 0, blank: 1e-4, ticks: [1, 0.5, 0.2, 0.05, 0.01, 1e-4] }, logit: { label: "logit", curve: "linear", strong: null, faint: null, blank: null, ticks: [] }, entropy: { label: "entropy, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, kl: { label: "KL, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, surprisal: { label: "surprisal, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] } }, K = {
  grounds: De,
  ramps: Ke,
  diverging: Ue,
  series: qe,
  metrics: He
}, jt = ["cividis", "viridis", "rose"], Ge = K.ramps.default, ge = K.metrics, Bt = K.series.dashes, $t = K.series.markers, j = (t) => K.grounds[t], we = (t) => K.series[t], Ve = (t) => [1, 3, 5].map((e) => parseInt(t.slice(e, e + 2), 16));
function Xe([t, e, n]) {
  const o = (s) => {
    const i = s / 255;
    return i <= 0.04045 ? i / 12.92 : ((i + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * o(t) + 0.7152 * o(e) + 0.0722 * o(n);
}
function Ze(t) {
  const e = Xe(t);
  return (e + 0.05) / 0.05 >= 1.05 / (e + 0.05) ? "#000000" : "#ffffff";
}
function Je(t) {
  const e = t.map(Ve), n = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let o = 0; o < 256; o++) {
    const s = o / 255 * (e.length - 1), i = Math.min(Math.floor(s), e.length - 2), [r, a] = [e[i], e[i + 1]], c = r.map((u, f) => Math.round(u + (a[f] - u) * (s - i)));
    n.css.push(`#${c.map((u) => u.toString(16).padStart(2, "0")).join("")}`), n.ink.push(Ze(c)), n.packed[o] = (255 << 24 | c[2] << 16 | c[1] << 8 | c[0]) >>> 0;
  }
  return n;
}
const Gt = /* @__PURE__ */ new Map();
function tt(t, e) {
  const n = `${t} ${e}`;
  let o = Gt.get(n);
  return o || (o = Je(t === "diverging" ? K.diverging[e] : K.ramps[e][t]), Gt.set(n, o)), o;
}
const Nt = (t) => t >= 0 ? Math.round(Math.min(t, 1) * 255) : -1, H = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: me, ofTarget: !0 },
  prob: { name: "Probability", describe: "probability of the token that came next", write: I, ofTarget: !0 },
  logit: { name: "Logit", describe: "logit of the token that came next, on this reading’s own range", write: R, ofTarget: !0 },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: R, ofTarget: !1 },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: R, ofTarget: !1 },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: R, ofTarget: !0 }
}, X = Object.keys(H);
function et(t, e) {
  const n = t.columns;
  return { rank: n.targetRank, prob: n.targetProb, logit: n.targetLogit, entropy: n.entropyBits, kl: n.klBits, surprisal: n.surprisalBits }[e];
}
const Vt = /* @__PURE__ */ new WeakMap();
function be(t) {
  let e = Vt.get(t);
  if (!e) {
    e = [1 / 0, -1 / 0];
    for (const n of t.columns.targetLogit)
      n < e[0] && (e[0] = n), n > e[1] && (e[1] = n);
    e[0] > e[1] && (e = [0, 0]), Vt.set(t, e);
  }
  return e;
}
function Ft(t, e) {
  if (t !== "logit") return (s) => ve(t, s);
  const [n, o] = be(e);
  return (s) => o > n ? (s - n) / (o - n) : s === n ? 1 : NaN;
}
function ve(t, e) {
  const { curve: n, strong: o, faint: s, blank: i } = ge[t];
  return n === "log" ? e > i ? NaN : 1 - Math.log(e / o) / Math.log(s / o) : o > s ? e < i ? NaN : Math.sqrt((e - s) / (o - s)) : e <= i ? 1 - Math.sqrt(Math.max(0, e - o) / (s - o)) : NaN;
}
function Ye(t, e) {
  if (t === "logit") {
    const [r, a] = be(e);
    return { ticks: [1, 0.75, 0.5, 0.25, 0].map((u) => ({ label: (r + (a - r) * u).toFixed(1), strength: u })), blank: "scale: this reading’s own" };
  }
  const n = (r) => t === "prob" ? `${+(r * 100).toPrecision(2)}%` : t === "rank" ? O(r) : String(r), { ticks: o, blank: s } = ge[t], i = t === "prob" ? `blank: below ${n(s)}` : `blank: beyond ${n(s)}`;
  return { ticks: o.map((r) => ({ label: n(r), strength: ve(t, r) })), blank: i };
}
const Qe = 3, tn = /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u, en = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u, Xt = (t) => tn.test(t) || (t.codePointAt(0) & 65534) === 65534, pt = /* @__PURE__ */ new Map();
function U(t) {
  let e = pt.get(t);
  return e === void 0 && (e = nn(t), pt.size > 1e5 && pt.clear(), pt.set(t, e)), e;
}
function nn(t) {
  const e = t.length - t.replace(/^ +/, "").length, n = t.replace(/ +$/, "").length;
  let o = "", s = 0, i = 0;
  for (const r of t) {
    const a = !Xt(r) && en.test(r);
    s = a ? s + 1 : 0, r === " " && (i < e || i >= n) ? o += "␣" : r === `
` ? o += "⏎" : r === "	" ? o += "⇥" : Xt(r) || s > Qe ? o += `⟨U+${r.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : o += a && o === "" ? `◌${r}` : r, i += r.length;
  }
  return o;
}
const S = (t) => t === "" ? "''" : U(t);
function on(t, e) {
  const n = Ft(e, t);
  return Int16Array.from(et(t, e), (o) => Nt(n(o)));
}
function sn(t, e) {
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
  const o = et(t, e), s = H[e].write, i = t.lastRow;
  return {
    rows: t.height,
    columns: t.width,
    steps: on(t, e),
    lut: n,
    rowName: (r) => t.rowName(r),
    head: (r) => sn(t, r),
    label: (r, a) => S(t.text(t.topId(r, a))),
    number: (r, a) => s(o[t.cell(r, a)]),
    tick: (r, a) => t.topId(r, a) === t.topId(i, a),
    describe: (r, a) => Dt(t, r, a)
  };
}
const ke = (t, e, n, o) => t.input(e)?.bytes === n.input(o)?.bytes;
function rn(t, e, n) {
  const o = n === null ? cn(t, e) : ln(t.width, e.width, n), s = (a) => a.rows.map((c, u) => a.rowName(u)).join(), i = s(t) !== s(e), r = t.rows.map((a, c) => i ? an(t, e, c) : c);
  return { columns: o, rows: r, byDepth: i, common: ye(t, e) };
}
function an(t, e, n) {
  const o = (i, r) => ((i.rows[r]?.layer ?? 0) + 1) / Math.max(1, i.info.model.layers);
  let s = 0;
  for (let i = 1; i < e.height; i++)
    Math.abs(o(e, i) - o(t, n)) <= Math.abs(o(e, s) - o(t, n)) && (s = i);
  return s;
}
function ye(t, e) {
  let n = 0;
  for (; n < t.width && n < e.width && ke(t, n, e, n); ) n++;
  return n;
}
function cn(t, e) {
  const n = ye(t, e), o = Math.min(t.width, e.width);
  let s = 0;
  for (; n + s < o && ke(t, t.width - 1 - s, e, e.width - 1 - s); ) s++;
  const i = [], [r, a] = [t.width - s, e.width - s];
  for (let c = 0; c < n; c++) i.push({ a: c, b: c });
  for (let c = n; c < r || c < a; c++) i.push({ a: c < r ? c : null, b: c < a ? c : null });
  for (let c = 0; c < s; c++) i.push({ a: r + c, b: a + c });
  return i;
}
function ln(t, e, n) {
  const o = [];
  for (let s = Math.min(0, -n); s < Math.max(t, e - n); s++) {
    const i = s + n, r = { a: s >= 0 && s < t ? s : null, b: i >= 0 && i < e ? i : null };
    (r.a !== null || r.b !== null) && o.push(r);
  }
  return o;
}
const nt = 8;
let un = 0;
class hn {
  constructor(e, n) {
    this.source = n, this.reading = M(e), this.cursor = M({ row: e.lastRow, column: e.blank() }), this.watched = M(fn(e)), this.shown = P(() => this.pinned.value ? this.cursor.value : this.hover.value ?? this.cursor.value), this.alignment = P(() => {
      const o = this.other.value;
      return o && rn(this.reading.value, o, this.shift.value);
    }), this.shade = P(() => {
      const o = this.theme.value;
      return o === "auto" ? this.systemDark.value ? "dark" : "light" : o;
    });
  }
  /** Tells the ids of one viewer in a page from another's. */
  uid = `v${++un}`;
  reading;
  other = M(null);
  view = M("heatmap");
  metric = M("rank");
  theme = M("auto");
  systemDark = M(!1);
  ramp = M(Ge);
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
function fn(t) {
  const e = t.watched.map((s) => s.ids[0]), n = t.top(t.lastRow, t.blank()).slice(0, 3).map((s) => s.id);
  return [...new Set(e.length ? e : n)].slice(0, nt).map((s) => ({ id: s, text: t.text(s) }));
}
function xe(t, e, n) {
  for (const [o, s] of Object.entries(e))
    s == null || s === !1 || (typeof s == "function" ? t.addEventListener(o.slice(2), s) : t.setAttribute(o, s === !0 ? "" : String(s)));
  for (const o of n) o != null && o !== !1 && t.append(o);
}
function p(t, e = {}, ...n) {
  const o = document.createElement(t);
  return xe(o, e, n), o;
}
function ot(t, e = {}, ...n) {
  const o = document.createElementNS("http://www.w3.org/2000/svg", t);
  return xe(o, e, n), o;
}
const B = (t) => p("bdi", { class: "f-token" }, t), dn = {
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
    ot("path", { d: dn[t] })
  );
}
const J = 4096, $e = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif', Me = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', St = (t) => `${t.italic ? "italic " : ""}${t.bold ? "600 " : ""}${t.size}px ${t.mono ? Me : $e}`;
function At(t, e) {
  t.textBaseline = "middle";
  for (const n of e)
    switch (n.op) {
      case "rect":
        pn(t, n);
        break;
      case "text":
        t.font = St(n), t.fillStyle = n.fill, t.textAlign = n.align ?? "left", t.fillText(n.text, n.x, n.y);
        break;
      case "path":
      case "lines":
        mn(t, n);
        break;
      case "circle":
        t.beginPath(), t.arc(n.x, n.y, n.r, 0, 2 * Math.PI), t.fillStyle = n.fill, t.fill(), t.lineWidth = n.line, t.strokeStyle = n.stroke, t.setLineDash([]), t.stroke();
        break;
      case "cells":
        gn(t, n);
        break;
      case "clip":
        t.save(), t.beginPath(), t.rect(n.x, n.y, n.w, n.h), t.clip(), t.textBaseline = "middle";
        break;
      case "unclip":
        t.restore(), t.textBaseline = "middle";
        break;
    }
}
function pn(t, e) {
  t.beginPath(), e.round ? t.roundRect(e.x, e.y, e.w, e.h, e.round) : t.rect(e.x, e.y, e.w, e.h), e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash([]), t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function mn(t, e) {
  t.beginPath();
  const n = e.op === "lines" ? 4 : e.points.length;
  for (let o = 0; o < e.points.length; o += n)
    for (let s = o; s < o + n; s += 2) {
      const [i, r] = [e.points[s], e.points[s + 1]];
      s === o ? t.moveTo(i, r) : t.lineTo(i, r);
    }
  e.op === "path" && e.close && t.closePath(), e.op === "path" && e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash(e.op === "path" ? e.dash ?? [] : []), t.lineJoin = "round", t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function gn(t, e) {
  t.imageSmoothingEnabled = !1;
  const n = e.r1 - e.r0;
  for (let o = e.c0; o < e.c1; ) {
    const s = Math.floor(o / J), i = Math.min(e.c1, (s + 1) * J), r = e.image.tiles[s], a = e.x + (o - e.c0) * e.w;
    r && t.drawImage(r, o - s * J, e.r0, i - o, n, a, e.y, (i - o) * e.w, n * e.h), o = i;
  }
}
function wn(t, e, n, o, s) {
  const i = parseInt(s.slice(1), 16), r = (255 << 24 | (i & 255) << 16 | i & 65280 | i >> 16) >>> 0, a = [];
  for (let c = 0; c < t; c += J) {
    const u = Math.min(J, t - c), f = document.createElement("canvas");
    f.width = u, f.height = e;
    const l = f.getContext("2d");
    if (l) {
      const h = l.createImageData(u, e), d = new Uint32Array(h.data.buffer);
      for (let m = 0; m < e; m++)
        for (let g = 0; g < u; g++) {
          const w = n[m * t + c + g];
          d[m * u + g] = w < 0 ? r : o.packed[w];
        }
      l.putImageData(h, 0, 0);
    }
    a.push(f);
  }
  return { columns: t, rows: e, tiles: a, step: (c, u) => n[c * t + u], lut: o, blank: s };
}
function Lt(t, e, n) {
  const o = window.devicePixelRatio || 1, [s, i] = [Math.round(e * o), Math.round(n * o)];
  return t.width === s && t.height === i ? !1 : (t.width = s, t.height = i, t.style.width = `${e}px`, t.style.height = `${n}px`, !0);
}
let mt = null;
const gt = /* @__PURE__ */ new Map();
function ft(t, e) {
  const n = `${St(e)}\0${t}`;
  let o = gt.get(n);
  if (o === void 0) {
    if (mt ??= document.createElement("canvas").getContext("2d"), !mt) return t.length * e.size * 0.6;
    mt.font = St(e), o = mt.measureText(t).width, gt.size > 2e5 && gt.clear(), gt.set(n, o);
  }
  return o;
}
const Zt = typeof Intl < "u" && "Segmenter" in Intl ? new Intl.Segmenter() : null, wt = /* @__PURE__ */ new Map();
function st(t, e, n) {
  if (ft(t, n) <= e) return t;
  const o = `${e}\0${St(n)}\0${t}`;
  let s = wt.get(o);
  if (s === void 0) {
    const i = Zt ? Array.from(Zt.segment(t), (c) => c.segment) : Array.from(t);
    let [r, a] = [0, i.length];
    for (; r < a; ) {
      const c = r + a + 1 >> 1;
      ft(`${i.slice(0, c).join("")}…`, n) <= e ? r = c : a = c - 1;
    }
    s = r > 0 ? `${i.slice(0, r).join("")}…` : "", wt.size > 1e5 && wt.clear(), wt.set(o, s);
  }
  return s;
}
const Jt = (t) => t.replace(/[&<>"]/g, (e) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[e]), N = (t) => String(Math.round(t * 100) / 100);
function bn(t, e, n, o, s) {
  let i = 0;
  const r = t.map((a) => {
    switch (a.op) {
      case "rect":
        return `<rect x="${N(a.x)}" y="${N(a.y)}" width="${N(a.w)}" height="${N(a.h)}"${a.round ? ` rx="${a.round}"` : ""} fill="${a.fill ?? "none"}"${a.stroke ? ` stroke="${a.stroke}" stroke-width="${a.line ?? 1}"` : ""}/>`;
      case "text": {
        const c = { left: "start", center: "middle", right: "end" }[a.align ?? "left"], u = `${a.bold ? ' font-weight="600"' : ""}${a.italic ? ' font-style="italic"' : ""}${a.mono ? ' class="m"' : ""}`;
        return `<text x="${N(a.x)}" y="${N(a.y)}" font-size="${a.size}" fill="${a.fill}" text-anchor="${c}"${u}>${Jt(a.text)}</text>`;
      }
      case "path": {
        const c = a.dash?.length ? ` stroke-dasharray="${a.dash.join(" ")}"` : "";
        return `<path d="${a.points.map((f, l) => `${l === 0 ? "M" : l % 2 ? " " : "L"}${N(f)}`).join("")}${a.close ? "z" : ""}" fill="${a.fill ?? "none"}" stroke="${a.stroke ?? "none"}" stroke-width="${a.line ?? 1}" stroke-linejoin="round"${c}/>`;
      }
      case "lines":
        return `<path d="${a.points.map((u, f) => `${f % 4 === 0 ? "M" : f % 4 === 2 ? "L" : " "}${N(u)}`).join("")}" fill="none" stroke="${a.stroke}" stroke-width="${a.line}"/>`;
      case "circle":
        return `<circle cx="${N(a.x)}" cy="${N(a.y)}" r="${a.r}" fill="${a.fill}" stroke="${a.stroke}" stroke-width="${a.line}"/>`;
      case "cells":
        return vn(a);
      case "clip":
        return i++, `<clipPath id="c${i}"><rect x="${N(a.x)}" y="${N(a.y)}" width="${N(a.w)}" height="${N(a.h)}"/></clipPath><g clip-path="url(#c${i})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${N(e)}" height="${N(n)}" viewBox="0 0 ${N(e)} ${N(n)}" font-family='${$e}'>
<title>${Jt(s)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${Me}}</style>
<rect width="100%" height="100%" fill="${o}"/>
${r.join(`
`)}
</svg>
`;
}
function vn(t) {
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
function Se(t, e) {
  const n = document.createElement("a"), o = URL.createObjectURL(t);
  n.href = o, n.download = e, n.click(), setTimeout(() => URL.revokeObjectURL(o), 1e4);
}
const Yt = 26;
function Ee(t, e, n) {
  const o = { op: "text", x: 8, y: t.height + Yt / 2, text: e, size: 11, fill: n };
  return { ...t, height: t.height + Yt, ops: [...t.ops, o] };
}
function kn(t, e, n, o, s) {
  const { ops: i, width: r, height: a } = Ee(t, n, s);
  Se(new Blob([bn(i, r, a, o, n)], { type: "image/svg+xml" }), `${e}.svg`);
}
function yn(t, e, n, o, s) {
  const { ops: i, width: r, height: a } = Ee(t, n, s), c = 2, u = document.createElement("canvas");
  u.width = r * c, u.height = a * c;
  const f = u.getContext("2d");
  f && (f.scale(c, c), f.fillStyle = o, f.fillRect(0, 0, r, a), At(f, i), u.toBlob((l) => l && Se(l, `${e}.png`)));
}
function xn(t) {
  return P(() => {
    const e = t.find.value.toLowerCase();
    if (!e) return null;
    const n = t.reading.value, o = Ne(t, e);
    return (s, i) => o.has(n.topId(s, i));
  });
}
const It = (t, e) => t.toLowerCase().includes(e) || U(t).toLowerCase().includes(e);
function Ne(t, e) {
  const n = /* @__PURE__ */ new Set();
  for (const [o, s] of t.reading.value.vocabulary) It(s, e) && n.add(o);
  return n;
}
function $n(t, e = !1) {
  const n = t.find.peek().toLowerCase();
  if (!n) return !1;
  const o = t.reading.peek(), s = Ne(t, n), { row: i, column: r } = t.cursor.peek(), a = o.width * o.height, c = r * o.height + i;
  for (let u = 1; u <= a; u++) {
    const f = (c + (e ? a - u : u)) % a, [l, h] = [Math.floor(f / o.height), f % o.height];
    if (h === o.lastRow && (It(o.input(l)?.text ?? "", n) || It(o.targetText(l), n)) || s.has(o.topId(h, l)))
      return t.move(h, l), !0;
  }
  return t.message.value = `Nothing holds “${U(t.find.peek())}”.`, !1;
}
const Mn = 250;
function Sn(t) {
  const e = p("div", { class: "f-legend-bar" }), n = p("div", { class: "f-legend-marks" }), o = p("span", { class: "f-legend-beyond" }), s = p("div", { class: "f-legend" }, p("div", { class: "f-legend-scale" }, e, n), o), i = $(() => {
    const r = t.metric.value, a = tt(t.ramp.value, t.shade.value).css, c = Ye(r, t.reading.value), u = Array.from({ length: 17 }, (h, d) => a[255 - Math.round(d * 255 / 16)]);
    e.style.background = `linear-gradient(to right, ${u.join(", ")})`;
    const l = c.ticks.filter((h, d) => {
      const m = c.ticks[d - 1];
      return !m || (m.strength - h.strength) * Mn > (m.label.length + h.label.length) / 2 * 6 + 4;
    }).map(({ label: h, strength: d }) => {
      const m = p("span", {}, h);
      return m.style.left = `${(1 - d) * 100}%`, m;
    });
    n.replaceChildren(...l), o.textContent = c.blank, s.title = H[r].describe, s.setAttribute("role", "img"), s.setAttribute("aria-label", `Colour shows the ${H[r].describe}, ${r === "logit" ? "" : "on a fixed scale; "}${c.blank}`);
  });
  return { element: s, dispose: i };
}
function Ae(t) {
  const { model: e, lens: n, precision: o, sampling: s } = t.info, i = s ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[s.method] : null;
  return [`${e.name}`, `${e.weights} weights, ${o}`, `${n.kind} lens, ${n.norm}`, i].filter((a) => a).map((a) => U(a)).join(" · ");
}
function En(t) {
  const e = (r) => t.tokens.filter((a) => r.includes(a.origin)).map((a) => a.text).join(""), n = (r, a) => r.length > a ? `${Array.from(r).slice(0, a).join("")}…` : r, o = (r) => r.split(" ").map(U).join(" "), s = B(o(n(e(["prompt"]) || e(["template"]), 160))), i = B(o(n(e(["output"]), 120)));
  return i.classList.add("f-output"), [s, i];
}
function Nn(t, e) {
  const n = p("h1", { class: "f-title" }), o = p("p", { class: "f-sub" }), s = p("input", {
    class: "f-search",
    type: "search",
    placeholder: "Find a token  /",
    "aria-label": "Find a token",
    spellcheck: "false",
    autocomplete: "off"
  });
  s.addEventListener("input", () => t.find.value = s.value), s.addEventListener("keydown", (c) => {
    c.key === "Enter" && $n(t, c.shiftKey), c.key === "Escape" && (t.find.value = "", s.blur());
  });
  const i = p(
    "header",
    { class: "f-header" },
    p("div", { class: "f-titles" }, n, o),
    p("div", { class: "f-tools" }, s, An(t), Ln(t, e.drawing), p("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: e.help }, _("help")))
  ), r = [
    $(() => {
      const c = t.reading.value;
      n.replaceChildren(...En(c)), o.textContent = Ae(c);
    }),
    $(() => {
      s.value !== t.find.value && (s.value = t.find.value);
    })
  ];
  return { element: i, find: () => {
    s.focus(), s.select();
  }, dispose: () => r.forEach((c) => c()) };
}
function An(t) {
  const e = { auto: "light", light: "dark", dark: "auto" }, n = { auto: "as the system", light: "light", dark: "dark" }, o = p("button", { class: "f-button f-quiet", type: "button", onclick: () => t.theme.value = e[t.theme.peek()] });
  return $(() => {
    const s = t.theme.value;
    o.replaceChildren(_(s === "auto" ? "auto" : s === "light" ? "sun" : "moon")), o.title = `Theme: ${n[s]}`, o.setAttribute("aria-label", o.title);
  }), o;
}
function Ln(t, e) {
  const n = () => t.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading", o = (a) => () => {
    r.open = !1;
    const c = e();
    if (!c) {
      t.message.value = "The table is no drawing: copy it instead.";
      return;
    }
    const u = j(t.shade.peek());
    a(c, `${n()}-${t.view.peek()}`, Ae(t.reading.peek()), u.surface, u.muted);
  }, s = (a, c) => p("button", { class: "f-button f-quiet", type: "button", onclick: c }, a), i = p("select", { class: "f-select", "aria-label": "Colours", onchange: () => t.ramp.value = i.value }, ...jt.map((a) => p("option", { value: a }, a)));
  $(() => {
    i.value = t.ramp.value;
  });
  const r = p(
    "details",
    { class: "f-menu" },
    p("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, _("save")),
    p("div", { class: "f-menu-list" }, s("Save view as SVG", o(kn)), s("Save view as PNG", o(yn)), p("label", { class: "f-field" }, "Colours", i))
  );
  return r.addEventListener("focusout", (a) => {
    a.relatedTarget instanceof Node && r.contains(a.relatedTarget) || (r.open = !1);
  }), r;
}
const Qt = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];
function Tn(t, e) {
  const n = new Map(Qt.map(([l, h]) => [l, p("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${l}-${t.uid}`, onclick: () => t.view.value = l }, h)])), o = p("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...n.values());
  o.addEventListener("keydown", (l) => {
    const h = { ArrowRight: 1, ArrowLeft: -1 }[l.key];
    if (!h) return;
    const d = Qt.map(([g]) => g).filter((g) => !n.get(g).hidden), m = d[(d.indexOf(e.peek()) + h + d.length) % d.length];
    t.view.value = m, n.get(m)?.focus(), l.preventDefault(), l.stopPropagation();
  });
  const s = p("select", { class: "f-select", onchange: () => t.metric.value = s.value }, ...X.map((l) => p("option", { value: l }, H[l].name))), i = Sn(t), r = (l) => t.zoom.value = l === 0 ? 0 : Math.max(-16, Math.min(6, t.zoom.peek() + l)), a = p(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    p("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => r(-1) }, _("minus")),
    p("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => r(1) }, _("plus"))
  ), c = p("div", { class: "f-colour" }, p("label", { class: "f-field" }, "Colour", s), i.element, a), u = p("nav", { class: "f-bar", "aria-label": "Views and colour" }, o, c), f = [
    $(() => {
      const l = e.value;
      for (const [h, d] of n)
        d.setAttribute("aria-selected", String(h === l)), d.tabIndex = h === l ? 0 : -1, h === l ? d.setAttribute("aria-controls", `f-panel-${h}-${t.uid}`) : d.removeAttribute("aria-controls");
      c.classList.toggle("f-off", l === "watch" || l === "table");
    }),
    $(() => {
      n.get("compare").hidden = !t.other.value;
    }),
    $(() => {
      s.value = t.metric.value;
    })
  ];
  return { element: u, dispose: () => [...f, i.dispose].forEach((l) => l()) };
}
function Cn(t) {
  const n = t.reading.peek().info.lens.kind === "raw" ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last." : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.", o = p("footer", { class: "f-honest" }, p("p", {}, n));
  return o.append(p("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => o.remove() }, _("close"))), o;
}
const Rn = [
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
], zn = ["heatmap", "watch", "compare", "table"];
function Pn(t) {
  return t instanceof Element && t.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
function Bn(t, e, n) {
  if (n.defaultPrevented || Pn(n.target) || n.altKey || n.metaKey || n.ctrlKey && n.key !== "Home" && n.key !== "End") return !1;
  const o = n.target instanceof Element ? n.target.closest("button, a, summary, [role=tab], [role=radio], aside, table") : null;
  if (In(t, n, o)) return !0;
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
      const s = zn[Number(n.key) - 1];
      return !s || s === "compare" && !t.other.peek() ? !1 : (t.view.value = s, !0);
    }
  }
}
function In(t, e, n) {
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
  const u = t.cursor.peek();
  return t.message.value = Dt(t.reading.peek(), u.row, u.column), !0;
}
function On() {
  const t = Rn.map(([n, o]) => {
    const s = n.split(" ").map((i) => i === "to" ? " to " : p("kbd", {}, i.replace(/,$/, "")));
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
const _n = ["heatmap", "watch", "compare", "table"], Wn = ["auto", "light", "dark"], jn = ["rank", "prob", "logit"];
function Fn(t) {
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
    ["ramp", t.ramp.value === jt[0] ? null : t.ramp.value],
    ["theme", t.theme.value === "auto" ? null : t.theme.value]
  ].flatMap(([i, r]) => r === null ? [] : [`${i}=${encodeURIComponent(r).replace(/%2C/g, ",")}`]).join("&");
}
function te(t, e) {
  const n = new URLSearchParams(e.replace(/^#/, "")), o = (l, h, d) => {
    const m = n.get(l);
    m !== null && h.includes(m) && d(m);
  };
  o("view", _n, (l) => t.view.value = l === "compare" && !t.other.peek() ? "heatmap" : l), o("metric", X, (l) => t.metric.value = l), o("theme", Wn, (l) => t.theme.value = l), o("ramp", jt, (l) => t.ramp.value = l), o("scale", jn, (l) => t.watchScale.value = l);
  const s = t.reading.peek(), [i, r] = (n.get("at") ?? "").split(","), a = s.rows.findIndex((l, h) => s.rowName(h) === i), c = s.positions.indexOf(Number(r));
  a >= 0 && c >= 0 && t.move(a, c), n.has("at") && (t.pinned.value = n.get("pin") === "1");
  const u = (l, h, d) => {
    const m = n.get(l);
    return m !== null && /^-?\d{1,4}$/.test(m) ? Math.max(h, Math.min(d, Number(m))) : null;
  };
  t.zoom.value = u("zoom", -16, 6) ?? t.zoom.peek(), t.shift.value = u("shift", -9999, 9999);
  const f = n.get("watch");
  if (f !== null) {
    const l = f.split(",").filter((h) => /^\d{1,9}$/.test(h)).map(Number).slice(0, nt);
    t.watched.value = [...new Set(l)].map((h) => ({ id: h, text: s.text(h) }));
  }
}
function Dn(t) {
  te(t, location.hash);
  let e = 0, n = "";
  const o = $(() => {
    n = Fn(t), clearTimeout(e), e = window.setTimeout(() => history.replaceState(history.state, "", `#${n}`), 250);
  }), s = () => {
    location.hash !== `#${n}` && te(t, location.hash);
  };
  return window.addEventListener("hashchange", s), () => {
    o(), clearTimeout(e), window.removeEventListener("hashchange", s);
  };
}
function Kn(t, e) {
  const n = window.matchMedia("(prefers-color-scheme: dark)"), o = () => e.systemDark.value = n.matches;
  o(), n.addEventListener("change", o);
  const s = $(() => {
    const i = e.shade.value;
    for (const [r, a] of Object.entries(j(i))) t.style.setProperty(`--f-${r}`, a);
    we(i).forEach((r, a) => t.style.setProperty(`--f-series-${a}`, r)), t.dataset.shade = i, t.style.colorScheme = i;
  });
  return () => {
    s(), n.removeEventListener("change", o);
  };
}
const Le = { index: "", input: "", target: "", origin: "special", argmax: !1 };
function ee(t, e, n, o, s) {
  const i = Mt(t, o, s), r = et(t, o), a = Ft(o, t), c = new Int16Array(n.length * e.length).fill(-1);
  n.forEach((f, l) => {
    e.forEach((h, d) => {
      h !== null && (c[l * e.length + d] = Nt(a(r[t.cell(f, h)])));
    });
  });
  const u = (f, l, h, d) => {
    const m = e[l];
    return m == null ? d : h(n[f], m);
  };
  return {
    rows: n.length,
    columns: e.length,
    steps: c,
    lut: s,
    rowName: (f) => i.rowName(n[f]),
    head: (f) => u(0, f, (l, h) => i.head(h), Le),
    label: (f, l) => u(f, l, i.label, ""),
    number: (f, l) => u(f, l, i.number, ""),
    tick: (f, l) => u(f, l, i.tick, !1),
    describe: (f, l) => u(f, l, i.describe, "no such position in this reading")
  };
}
const Kt = {
  rank: { most: 3, low: "÷1000", high: "×1000", unit: "rank in B against A" },
  prob: { most: 1, low: "−100", high: "+100", unit: "probability, points, B less A" },
  logit: { most: 32, low: "−32", high: "+32", unit: "logit, B less A" },
  entropy: { most: 16, low: "−16", high: "+16", unit: "entropy, bits, B less A" },
  kl: { most: 16, low: "−16", high: "+16", unit: "KL, bits, B less A" },
  surprisal: { most: 16, low: "−16", high: "+16", unit: "surprisal, bits, B less A" }
}, Un = (t, e, n) => t === "rank" ? Math.log10(n / e) : n - e;
function qn(t, e) {
  const n = Math.max(-1, Math.min(1, e / Kt[t].most));
  return t === "rank" ? n : Math.sign(n) * Math.sqrt(Math.abs(n));
}
function Hn(t, e) {
  if (Number.isNaN(e)) return "–";
  if (t === "rank") {
    const s = 10 ** Math.abs(e);
    return s < 1.05 ? s === 1 ? "=" : "≈" : `${e < 0 ? "÷" : "×"}${s >= 100 ? Math.round(s) : +s.toPrecision(2)}`;
  }
  const n = t === "prob" ? e * 100 : e, o = t === "prob" ? Math.abs(n).toFixed(1) : R(Math.abs(n));
  return Number(o) === 0 ? "0" : `${n < 0 ? "−" : "+"}${o}`;
}
function Gn(t, e, n, o, s) {
  const { columns: i, rows: r } = n, [a, c] = [et(t, o), et(e, o)], u = H[o].ofTarget, f = i.map((w) => w.a === null || w.b === null ? !1 : !u || t.targetText(w.a) === e.targetText(w.b)), l = (w, b) => {
    const v = i[b];
    return !v || v.a === null || v.b === null || !f[b] ? NaN : Un(o, a[t.cell(w, v.a)], c[e.cell(r[w], v.b)]);
  }, h = new Int16Array(r.length * i.length);
  for (let w = 0; w < r.length; w++)
    for (let b = 0; b < i.length; b++) {
      const v = l(w, b);
      h[w * i.length + b] = Number.isNaN(v) ? -1 : Nt((qn(o, v) + 1) / 2);
    }
  const d = (w, b) => {
    const v = i[b];
    return !v || v.a === null ? "only in B" : v.b === null ? "only in A" : f[b] ? Hn(o, l(w, b)) : "≠ next";
  }, m = Mt(t, o, s), g = Mt(e, o, s);
  return {
    rows: r.length,
    columns: i.length,
    steps: h,
    lut: s,
    rowName: (w) => m.rowName(w),
    head: (w) => {
      const b = i[w];
      return b && b.a !== null ? m.head(b.a) : b && b.b !== null ? g.head(b.b) : Le;
    },
    label: d,
    number: () => "",
    tick: () => !1,
    describe: (w, b) => `${m.rowName(w)}: ${Kt[o].unit}: ${d(w, b)}`
  };
}
const ne = 58, Te = 2, Vn = 220, F = (t, e, n) => Math.max(e, Math.min(n, t)), Xn = (t, e) => F(Math.round(t * 1.25 ** e), Te, Vn);
function Zn(t, e, n, o) {
  let s = 0;
  for (let c = 0; c < t.rows; c++) s = Math.max(s, ft(t.rowName(c), { size: 12 }));
  const i = Math.ceil(s) + 22, r = Math.floor((e - i) / Math.max(1, t.columns)), a = Math.floor((n - ne) / Math.max(1, t.rows));
  return {
    w: Xn(F(r, 72, 128), o),
    // Zoomed out, rows shrink only as far as they must for all to be in view.
    h: o < 0 ? F(a, 4, 40) : F(Math.round(F(a, 19, 40) * 1.12 ** o), Te, 64),
    left: i,
    top: ne,
    width: e,
    height: n
  };
}
const vt = (t, e) => ({
  width: e.left + t.columns * e.w,
  height: e.top + t.rows * e.h
});
function Jn(t, e, n) {
  return {
    r0: F(Math.floor(n.y / e.h), 0, t.rows),
    r1: F(Math.ceil((n.y + e.height - e.top) / e.h), 0, t.rows),
    c0: F(Math.floor(n.x / e.w), 0, t.columns),
    c1: F(Math.ceil((n.x + e.width - e.left) / e.w), 0, t.columns)
  };
}
function Yn(t, e, n, o, s) {
  const i = o < e.left ? -1 : Math.floor((o - e.left + n.x) / e.w), r = s < e.top ? -1 : Math.floor((s - e.top + n.y) / e.h);
  return r < t.rows && i < t.columns ? { row: r, column: i } : null;
}
function Qn(t, e, n, o, s) {
  const i = (r, a, c, u, f) => {
    const l = Math.min(c, Math.max(0, (f - c) / 2)), h = Math.max(0, a * c - f);
    return r * c < u + l ? Math.max(0, Math.min(h, r * c - l)) : (r + 1) * c > u + f - l ? Math.min(h, (r + 1) * c - f + l) : u;
  };
  return {
    x: i(s, t.columns, e.w, n.x, e.width - e.left),
    y: i(o, t.rows, e.h, n.y, e.height - e.top)
  };
}
const ct = 44;
function to(t, e, n, o, s, i) {
  const r = p("canvas", { class: "f-minimap", "aria-hidden": "true" }), a = p("div", { class: "f-minimap-box" }, r);
  let c = 0;
  const u = () => {
    c = 0;
    const [h, d, m] = [n.peek(), s(), r.getContext("2d")];
    if (!h || !d || !m) return;
    const g = h.width;
    Lt(r, g, ct);
    const w = r.width / g, b = j(t.shade.peek());
    m.setTransform(w, 0, 0, w, 0, 0), m.fillStyle = b.surface, m.fillRect(0, 0, g, ct), m.imageSmoothingEnabled = d.columns > g, d.tiles.forEach((rt, y) => {
      const A = y * J * g / d.columns;
      m.drawImage(rt, A, 0, rt.width * g / d.columns, ct);
    });
    const v = vt(e.peek(), h), [k, x] = [v.width - h.left, v.height - h.top], L = o.peek(), z = [
      L.x / k * g,
      L.y / x * ct,
      Math.max(6, Math.min(1, (h.width - h.left) / k) * g),
      Math.max(6, Math.min(1, (h.height - h.top) / x) * ct)
    ];
    m.strokeStyle = b.surface, m.lineWidth = 5, m.strokeRect(z[0] + 1.5, z[1] + 1.5, z[2] - 3, z[3] - 3), m.strokeStyle = b.focus, m.lineWidth = 2, m.strokeRect(z[0] + 1.5, z[1] + 1.5, z[2] - 3, z[3] - 3);
  }, f = $(() => {
    const h = n.value;
    o.value, t.shade.value;
    const d = e.value;
    if (!h) return;
    const m = vt(d, h), g = m.width > h.width * 1.5 || m.height > h.height * 1.5;
    a.hidden = !g, g && !c && (c = requestAnimationFrame(u));
  }), l = (h) => {
    const d = n.peek();
    if (!d || h.buttons === 0) return;
    const m = vt(e.peek(), d), g = r.getBoundingClientRect(), [w, b] = [d.width - d.left, d.height - d.top], v = (k, x, L) => Math.max(0, Math.min(x - L, k * x - L / 2));
    i({
      x: v((h.clientX - g.left) / g.width, m.width - d.left, w),
      y: v((h.clientY - g.top) / g.height, m.height - d.top, b)
    });
  };
  return r.addEventListener("pointerdown", (h) => {
    r.setPointerCapture(h.pointerId), l(h);
  }), r.addEventListener("pointermove", l), {
    element: a,
    dispose() {
      f(), cancelAnimationFrame(c);
    }
  };
}
const D = 12, eo = 9.5;
function no(t, e, n, o, s, i) {
  const r = Jn(t, n, o), a = [], { left: c, top: u, w: f, h: l, width: h, height: d } = n, m = (b) => c + b * f - o.x, g = (b) => u + b * l - o.y;
  a.push({ op: "clip", x: c, y: u, w: h - c, h: d - u }), a.push({ op: "cells", image: e, ...r, x: m(r.c0), y: g(r.r0), w: f, h: l }), oo(a, r, n, m, g, s), so(a, t, r, n, m, g, s), i.found && io(a, r, i.found, m, g, f, l, s);
  const w = (b, v, k) => {
    if (!b || b.row < 0 || b.column < 0) return;
    const x = Math.min(f, l) < 16 ? -2.5 : k / 2 - 0.5;
    a.push({ op: "rect", x: m(b.column) + x, y: g(b.row) + x, w: f - 2 * x, h: l - 2 * x, stroke: v, line: k, round: 2 });
  };
  return i.pinned || w(i.hover, s.text, 1.5), w(i.cursor, s.surface, 4.5), w(i.cursor, i.pinned || i.focused ? s.focus : s.accent, i.pinned ? 3 : 2), a.push({ op: "unclip" }), ro(a, t, r, n, g, s, i), ao(a, t, r, n, m, s, i), a;
}
function oo(t, e, n, o, s, i) {
  const r = [];
  if (n.w >= 12)
    for (let a = e.c0; a <= e.c1; a++) r.push(o(a) - 0.5, s(e.r0), o(a) - 0.5, s(e.r1));
  if (n.h >= 8)
    for (let a = e.r0; a <= e.r1; a++) r.push(o(e.c0), s(a) - 0.5, o(e.c1), s(a) - 0.5);
  r.length && t.push({ op: "lines", points: r, stroke: i.surface, line: 1 });
}
function so(t, e, n, o, s, i, r) {
  const { w: a, h: c } = o;
  if (a < 30 || c < 13) return;
  const u = c >= 30;
  for (let f = n.r0; f < n.r1; f++)
    for (let l = n.c0; l < n.c1; l++) {
      const h = e.steps[f * e.columns + l], d = h < 0 ? r.muted : e.lut.ink[h], m = st(e.label(f, l), a - 12, { size: D, mono: !0 }), [g, w] = [s(l), i(f) + c / 2];
      if (m && t.push({ op: "text", x: g + 6, y: w - (u ? 6.5 : 0), text: m, size: D, fill: d, mono: !0 }), u && t.push({ op: "text", x: g + 6, y: w + 8, text: e.number(f, l), size: eo, fill: d }), e.tick(f, l)) {
        const [b, v] = [g + a - 1, i(f)];
        t.push({ op: "path", points: [b - 7, v, b, v, b, v + 7], fill: d, close: !0 });
      }
    }
}
function io(t, e, n, o, s, i, r, a) {
  for (let c = e.r0; c < e.r1; c++)
    for (let u = e.c0; u < e.c1; u++)
      n(c, u) && t.push({ op: "rect", x: o(u) + 1, y: s(c) + 1, w: i - 3, h: r - 3, stroke: a.focus, line: 2, round: 2 });
}
function ro(t, e, n, o, s, i, r) {
  const { left: a, top: c, height: u, h: f } = o;
  t.push({ op: "rect", x: 0, y: c, w: a, h: u - c, fill: i.surface }), t.push({ op: "clip", x: 0, y: c, w: a, h: u - c });
  const l = Math.max(1, Math.ceil(14 / f)), h = (r.pinned ? r.cursor : r.hover ?? r.cursor)?.row;
  for (let d = n.r0; d < n.r1; d++) {
    const m = d === h;
    d % l && !m && d !== e.rows - 1 || t.push({ op: "text", x: a - 9, y: s(d) + f / 2, text: e.rowName(d), size: 12, fill: m ? i.text : i.muted, bold: m, align: "right" });
  }
  t.push({ op: "unclip" });
}
function ao(t, e, n, o, s, i, r) {
  const { left: a, top: c, width: u, w: f } = o;
  t.push({ op: "rect", x: 0, y: 0, w: u, h: c, fill: i.surface }), t.push({ op: "text", x: a - 9, y: 13, text: "pos", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: a - 9, y: 29, text: "in", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: a - 9, y: 46, text: "next", size: 10, fill: i.muted, align: "right" }), t.push({ op: "clip", x: a, y: 0, w: u - a, h: c });
  const l = (r.pinned ? r.cursor : r.hover ?? r.cursor)?.column, h = f >= 30, d = Math.max(1, Math.ceil(34 / f));
  for (let m = n.c0; m < n.c1; m++) {
    const g = e.head(m), w = m === l, b = s(m) + (h ? 6 : f / 2), v = h ? "left" : "center";
    (h || m % d === 0) && t.push({ op: "text", x: b, y: 13, text: g.index, size: 10, fill: w ? i.text : i.muted, bold: w, align: v });
    const k = g.origin === "special" || g.origin === "template";
    if (h) {
      const L = st(g.input, f - 10, { size: D, mono: !0 }), z = st(g.target, f - 10, { size: D, mono: !0, bold: !0 });
      t.push({ op: "text", x: b, y: 29, text: L, size: D, mono: !0, fill: k ? i.muted : i.text, italic: k }), t.push({ op: "text", x: b, y: 46, text: z, size: D, mono: !0, bold: !0, italic: g.argmax, fill: g.argmax ? i.muted : i.accent });
    }
    const x = g.origin === "output" ? i.accent : k ? i.sunken : i.line;
    t.push({ op: "rect", x: s(m), y: c - 3, w: Math.max(1, f - 1), h: 2, fill: x });
  }
  !h && l !== void 0 && l >= n.c0 && l < n.c1 && co(t, e, l, s(l) + f / 2, o, i), t.push({ op: "unclip" });
}
function co(t, e, n, o, s, i) {
  const r = e.head(n), a = [r.input, r.target].map((f) => ft(f, { size: D, mono: !0, bold: !0 })), c = Math.max(34, ...a.map((f) => f + 10)) / 2, u = Math.max(s.left + c, Math.min(s.width - c - 2, o));
  t.push({ op: "rect", x: u - c, y: 4, w: 2 * c, h: s.top - 8, fill: i.surface }), t.push({ op: "text", x: u, y: 13, text: r.index, size: 10, bold: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: u, y: 29, text: r.input, size: D, mono: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: u, y: 46, text: r.target, size: D, mono: !0, bold: !0, fill: i.accent, align: "center" });
}
function Ce(t, e) {
  const { model: n } = e, o = e.toState ?? ((y) => y), s = e.fromState ?? ((y) => y), i = p("canvas", { class: "f-canvas", "aria-hidden": "true" }), r = p("div", { class: "f-sizer" }), a = p("div", { class: "f-hidden", role: "presentation" }), c = p("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": e.label }, i, r, a), u = M({ width: 0, height: 0 }), f = e.scroll ?? M({ x: 0, y: 0 }), l = M(!1), h = M(null), d = to(t, n, h, f, () => g, (y) => f.value = y), m = p("div", { class: "f-heatmap" }, c, d.element);
  let g = null, w = 0, b = null;
  const v = () => {
    const y = t.hover.value;
    return {
      cursor: s(t.cursor.value),
      hover: y && s(y),
      pinned: t.pinned.value,
      focused: l.value,
      found: e.found?.value ?? void 0
    };
  }, k = () => {
    const y = h.peek();
    return y && g ? no(n.value, g, y, f.value, j(t.shade.value), v()) : [];
  }, x = () => {
    w = 0;
    const y = h.peek(), A = i.getContext("2d");
    if (!y || !A) return;
    Lt(i, y.width, y.height);
    const at = i.width / y.width;
    A.setTransform(at, 0, 0, at, 0, 0), A.fillStyle = j(t.shade.peek()).surface, A.fillRect(0, 0, y.width, y.height), At(A, L);
  };
  let L = [];
  const z = [
    $(() => {
      const y = n.value;
      g = wn(y.columns, y.rows, y.steps, y.lut, j(t.shade.value).surface), c.setAttribute("aria-rowcount", String(y.rows + 1)), c.setAttribute("aria-colcount", String(y.columns + 1));
    }),
    $(() => {
      const { width: y, height: A } = u.value;
      if (!y || !A) return;
      const at = n.value;
      h.value = Zn(at, y, A, t.zoom.value);
      const dt = vt(at, h.value);
      r.style.width = `${dt.width}px`, r.style.height = `${dt.height}px`;
      const { x: _e, y: We } = f.peek();
      f.value = { x: Math.max(0, Math.min(_e, dt.width - y)), y: Math.max(0, Math.min(We, dt.height - A)) };
    }),
    $(() => {
      const y = h.value;
      n.value, L = k(), y && !w && (w = requestAnimationFrame(x));
    }),
    $(() => {
      const y = f.value;
      h.value, Math.abs(c.scrollLeft - y.x) > 1 && (c.scrollLeft = y.x), Math.abs(c.scrollTop - y.y) > 1 && (c.scrollTop = y.y);
    }),
    // The keyboard's cell stays in view.
    $(() => {
      const y = h.value, A = s(t.cursor.value);
      !y || !A || b && b.row === A.row && b.column === A.column || (b = A, f.value = Qn(n.peek(), y, f.peek(), A.row, A.column));
    }),
    $(() => {
      const y = s(t.cursor.value);
      y && a.replaceChildren(...uo(n.value, y, c));
    })
  ];
  ho(c, t, n, h, f, l, o);
  const rt = new ResizeObserver(() => {
    u.value = { width: c.clientWidth, height: c.clientHeight };
  });
  return rt.observe(c), {
    element: m,
    drawing: () => ({ ops: k(), width: h.peek()?.width ?? 0, height: h.peek()?.height ?? 0 }),
    focus: () => c.focus({ preventScroll: !0 }),
    dispose() {
      z.forEach((y) => y()), d.dispose(), rt.disconnect(), cancelAnimationFrame(w);
    }
  };
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
function ho(t, e, n, o, s, i, r) {
  const a = (u) => {
    const f = o.peek();
    if (!f) return null;
    const l = t.getBoundingClientRect(), h = Yn(n.peek(), f, s.peek(), u.clientX - l.left, u.clientY - l.top);
    return h && h.row >= 0 && h.column >= 0 ? r(h) : null;
  }, c = (u) => {
    const f = e.hover.peek();
    (f?.row !== u?.row || f?.column !== u?.column) && (e.hover.value = u);
  };
  t.addEventListener("scroll", () => {
    s.value = { x: t.scrollLeft, y: t.scrollTop };
  }, { passive: !0 }), t.addEventListener("pointermove", (u) => c(a(u))), t.addEventListener("pointerleave", () => c(null)), t.addEventListener("focus", () => i.value = !0), t.addEventListener("blur", () => i.value = !1), t.addEventListener("click", (u) => {
    const f = a(u);
    if (!f) return;
    const { row: l, column: h } = e.cursor.peek(), d = f.row === l && f.column === h;
    e.pinned.value = !(d && e.pinned.peek()), e.move(f.row, f.column);
  }), t.addEventListener("wheel", (u) => {
    !u.ctrlKey && !u.metaKey || (u.preventDefault(), e.zoom.value = Math.max(-16, Math.min(6, e.zoom.peek() - Math.sign(u.deltaY))));
  }, { passive: !1 });
}
function fo(t) {
  const e = P(() => t.other.value ?? t.reading.value), n = P(() => t.alignment.value ?? { columns: [], rows: [], byDepth: !1, common: 0 }), o = P(() => tt(t.ramp.value, t.shade.value)), s = P(() => t.reading.value.rows.map((g, w) => w)), i = {
    a: () => ee(t.reading.value, n.value.columns.map((g) => g.a), s.value, t.metric.value, o.value),
    b: () => ee(e.value, n.value.columns.map((g) => g.b), n.value.rows, t.metric.value, o.value),
    difference: () => Gn(t.reading.value, e.value, n.value, t.metric.value, tt("diverging", t.shade.value))
  }, r = M({ x: 0, y: 0 }), a = ({ row: g, column: w }) => {
    const b = n.peek().columns[w]?.a;
    return b == null ? null : { row: g, column: b };
  }, c = ({ row: g, column: w }) => {
    const b = n.value.columns.findIndex((v) => v.a === w);
    return b < 0 ? null : { row: g, column: b };
  }, u = { a: "Reading A", b: "Reading B", difference: "Difference" }, f = M({ a: !0, b: !0, difference: !0 }), l = Object.keys(i).map((g) => {
    const w = Ce(t, { label: u[g], model: P(i[g]), scroll: r, toState: a, fromState: c }), b = p("h2", { class: "f-pane-title" }), v = p("section", { class: "f-pane", "aria-label": u[g] }, b, w.element);
    return { pane: g, grid: w, title: b, element: v };
  }), h = p("p", { class: "f-between", role: "status" }), d = p("section", { class: "f-compare", "aria-label": "Two readings" }, p("div", { class: "f-watch-head" }, bo(t, f, u), vo(t)), h, p("div", { class: "f-panes" }, ...l.map((g) => g.element))), m = [
    $(() => {
      for (const { pane: g, element: w } of l) w.hidden = !f.value[g];
    }),
    $(() => {
      const [g, w] = [t.reading.value, e.value];
      for (const { pane: b, title: v } of l)
        b === "difference" ? v.replaceChildren(...wo(t)) : v.replaceChildren(...go(b, b === "a" ? g : w, g, w));
    }),
    $(() => h.replaceChildren(...ko(t, e.value)))
  ];
  return {
    element: d,
    drawing: () => po(l.filter(({ pane: g }) => f.peek()[g]).map(({ pane: g, grid: w }) => ({ name: u[g], grid: w })), j(t.shade.peek()).text),
    focus: () => l[0]?.grid.focus(),
    dispose() {
      m.forEach((g) => g()), l.forEach(({ grid: g }) => g.dispose());
    }
  };
}
function po(t, e) {
  const n = [];
  let o = 0, s = 0;
  for (const { name: i, grid: r } of t) {
    const a = r.drawing();
    n.push({ op: "text", x: o + 8, y: 12, text: i, size: 12, bold: !0, fill: e }), n.push(...a.ops.map((c) => mo(c, o, 24))), o += a.width + 16, s = Math.max(s, a.height + 24);
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
  const s = e.tokens.filter(({ origin: c }) => c === "prompt" || c === "output").map((c) => c.text).join(""), i = s.length > 70 ? `${Array.from(s).slice(0, 70).join("")}…` : s, r = [];
  n.info.model.name !== o.info.model.name && r.push(e.info.model.name), (n.info.model.weights !== o.info.model.weights || n.info.precision !== o.info.precision) && r.push(`${e.info.model.weights} ${e.info.precision}`), n.info.lens.kind !== o.info.lens.kind && r.push(`${e.info.lens.kind} lens`);
  const a = p("bdi", {}, i.split(" ").map(U).join(" "));
  return [p("span", { class: "f-pane-name" }, t.toUpperCase()), a, p("span", { class: "f-soft" }, r.length ? ` · ${r.map(U).join(" · ")}` : "")];
}
function wo(t) {
  const { low: e, high: n, unit: o } = Kt[t.metric.value], s = p("span", { class: "f-diverging" });
  return s.style.background = `linear-gradient(to right, ${tt("diverging", t.shade.value).css.filter((i, r) => r % 15 === 0).join(", ")})`, [p("span", { class: "f-pane-name" }, "Δ"), p("span", { class: "f-soft", title: o }, e), s, p("span", { class: "f-soft" }, n), p("span", { class: "f-soft f-unit" }, o)];
}
function bo(t, e, n) {
  const o = Object.keys(n).map((s) => {
    const i = p("input", { type: "checkbox", name: `f-pane-${s}-${t.uid}`, checked: !0 });
    return i.addEventListener("change", () => {
      const r = { ...e.peek(), [s]: i.checked };
      Object.values(r).some((a) => a) ? e.value = r : i.checked = !0;
    }), p("label", {}, i, p("span", {}, n[s]));
  });
  return p("div", { class: "f-segments", role: "group", "aria-label": "Panes" }, ...o);
}
function vo(t) {
  const e = p("span", { class: "f-shift" }), n = (s) => () => t.shift.value = (t.shift.peek() ?? 0) + s, o = p("button", { class: "f-button f-quiet", type: "button", onclick: () => t.shift.value = null }, "Automatic");
  return $(() => {
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
function ko(t, e) {
  const n = t.reading.value, { row: o, column: s } = t.shown.value, i = t.alignment.value, r = i?.columns.find((l) => l.a === s), a = (l, h, d, m) => {
    const [g] = h.top(d, m), w = h.target(d, m);
    return [
      p("span", { class: "f-pane-name" }, l),
      B(g ? S(h.text(g.id)) : "–"),
      p("span", { class: "f-soft" }, ` ${g ? I(g.prob) : ""} · next `),
      B(S(h.targetText(m))),
      p("span", { class: "f-soft" }, ` rank ${O(w.rank)}, ${I(w.prob)}`)
    ];
  }, c = p("span", { class: "f-side" }, ...a("A", n, o, s));
  if (!i || !r || r.b === null) return [c, p("span", { class: "f-side f-soft" }, "B has no such position")];
  const u = p("span", { class: "f-side" }, ...a("B", e, i.rows[o] ?? 0, r.b)), f = i.byDepth ? [p("span", { class: "f-side f-soft" }, "layers matched by relative depth")] : [];
  return [c, u, p("span", { class: "f-side f-soft" }, H[t.metric.value].ofTarget ? "Δ is blank where the next tokens differ" : ""), ...f];
}
const oe = 112, Z = 34, lt = 72, bt = 14;
function yo(t, e, n) {
  const o = (n - Z) / t.height;
  return Math.max(0, Math.min(t.height - 1, Math.floor((e - Z) / o)));
}
function xo(t, e, n, o, s, i) {
  const r = j(s), a = tt(o, s), c = (i - Z) / t.height, u = (v) => Z + (v + 0.5) * c, f = Math.log(Math.max(10, t.info.model.vocabulary)), l = (v) => 7 + Math.log(v) / f * (lt - 14), h = [];
  for (let v = 1; Math.log(v) <= f; v *= 100) {
    h.push({ op: "lines", points: [Z, l(v), i, l(v)], stroke: r.line, line: 1 });
    const k = v >= 1e3 ? `${v / 1e3}k` : String(v);
    h.push({ op: "text", x: Z - 6, y: l(v), text: k, size: 10, fill: r.muted, align: "right" });
  }
  const d = e.row;
  h.push({ op: "rect", x: u(d) - c / 2, y: 0, w: c, h: lt + bt + 4, fill: r.sunken });
  const m = [];
  for (let v = 0; v < t.height; v++)
    m.push(u(v), l(t.columns.targetRank[t.cell(v, e.column)]));
  h.push({ op: "path", points: m, stroke: r.accent, line: 2 }), h.push({ op: "circle", x: u(d), y: m[2 * d + 1], r: 3.5, fill: r.surface, stroke: r.accent, line: 2 });
  const g = et(t, n), w = Ft(n, t);
  for (let v = 0; v < t.height; v++) {
    const k = Nt(w(g[t.cell(v, e.column)])), x = k < 0 ? r.sunken : a.css[k];
    h.push({ op: "rect", x: u(v) - c / 2, y: lt + 2, w: Math.max(1, c - 1), h: bt, fill: x });
  }
  const b = Math.ceil(26 / c);
  for (let v = 0; v < t.height; v += b)
    v !== d && Math.abs(v - d) * c < 22 || h.push({ op: "text", x: u(v), y: lt + bt + 14, text: t.rowName(v), size: 10, fill: r.muted, align: "center" });
  return h.push({ op: "text", x: Math.min(i - 14, u(d)), y: lt + bt + 14, text: t.rowName(d), size: 10, bold: !0, fill: r.text, align: "center" }), h;
}
function $o(t, e) {
  const n = p("h2", { class: "f-place" }), o = p("p", { class: "f-context" }), s = p("button", { class: "f-button f-pin", type: "button", onclick: () => t.pinned.value = !t.pinned.peek() }, _("pin"), p("span")), i = p("dl", { class: "f-numbers" }), r = p("ol", { class: "f-top" }), a = p("canvas", { class: "f-strip", role: "img" }), c = p("div", { class: "f-actions" }), u = p(
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
  for (const w of e) {
    const b = () => {
      const v = t.shown.peek();
      w.run({ ...v, position: t.reading.peek().positions[v.column] });
    };
    c.append(p("button", { class: "f-button", type: "button", title: w.title, onclick: b }, w.label));
  }
  const f = No(t, r), l = M(280);
  let h = 0;
  const d = new ResizeObserver(() => {
    l.value = Math.max(160, u.clientWidth - 32);
  });
  d.observe(u), a.addEventListener("click", (w) => {
    const { column: b } = t.shown.peek();
    t.move(yo(t.reading.peek(), w.offsetX, l.peek()), b);
  });
  const m = [
    $(() => {
      const w = t.reading.value, b = t.shown.value;
      n.replaceChildren(...Mo(w, b)), o.replaceChildren(...So(w, b.column)), i.replaceChildren(...Eo(w, b)), a.setAttribute("aria-label", Ao(w, b.column)), f(w, b);
    }),
    $(() => {
      const w = t.pinned.value;
      s.setAttribute("aria-pressed", String(w)), s.title = w ? "Release (Esc)" : "Pin this cell (Enter)", s.lastChild.textContent = w ? "Pinned" : "Pin";
    }),
    $(() => {
      const w = l.value, b = xo(t.reading.value, t.shown.value, t.metric.value, t.ramp.value, t.shade.value, w);
      cancelAnimationFrame(h), h = requestAnimationFrame(() => {
        const v = a.getContext("2d");
        if (!v) return;
        Lt(a, w, oe);
        const k = window.devicePixelRatio || 1;
        v.setTransform(k, 0, 0, k, 0, 0), v.clearRect(0, 0, w, oe), At(v, b);
      });
    })
  ];
  return { element: u, dispose: () => {
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
  for (const { text: c } of s) i.push(B(S(c)));
  const r = B(S(t.input(e)?.text ?? ""));
  r.classList.add("f-here");
  const a = B(S(t.targetText(e)));
  return a.classList.add("f-next"), i.push(r, p("span", { class: "f-soft" }, " → "), a), t.targets[e]?.isArgmax && i.push(p("span", { class: "f-soft" }, " (the model’s choice)")), i;
}
function Eo(t, { row: e, column: n }) {
  const o = t.cell(e, n), s = t.columns, i = (r, a, c) => p("div", { title: a }, p("dt", {}, r), p("dd", {}, c));
  return [
    i("rank", "Rank of the token that came next: 1 is best", O(s.targetRank[o])),
    i("prob", "Probability of the token that came next", I(s.targetProb[o])),
    i("surprisal", "−log₂ of that probability, bits", R(s.surprisalBits[o])),
    i("entropy", "Entropy of the whole distribution, bits", R(s.entropyBits[o])),
    i("KL", "Divergence of the last layer from this one, bits", R(s.klBits[o]))
  ];
}
function No(t, e) {
  const n = [], o = () => {
    const s = p("span", { class: "f-rank" }), i = B(""), r = p("span", { class: "f-fill" }), a = p("span", { class: "f-share" }), c = p("button", { class: "f-watch", type: "button" }), u = p("li", {}, p("span", { class: "f-bar" }, r), s, i, a, c), f = { row: u, place: s, name: i, bar: r, share: a, watch: c, id: -1 };
    return c.addEventListener("click", () => t.toggleWatch({ id: f.id, text: t.reading.peek().text(f.id) })), n.push(f), e.append(u), f;
  };
  return (s, { row: i, column: r }) => {
    const a = s.top(i, r), c = s.target(i, r), u = !a.some((l) => l.id === c.id), f = u ? [...a, c] : a;
    f.forEach((l, h) => {
      const d = n[h] ?? o(), m = S(s.text(l.id)), g = t.isWatched(l.id);
      d.id = l.id, d.row.hidden = !1, d.row.className = `${l.id === c.id ? "f-target" : ""}${u && h === a.length ? " f-beyond" : ""}`, d.place.textContent = O(l.rank), d.name.textContent = m, d.name.title = `token ${l.id}, logit ${R(l.logit)}`, d.share.textContent = I(l.prob), d.bar.style.width = `${100 * Math.max(0, Math.min(1, l.prob || 0))}%`, d.watch.textContent = g ? "−" : "+", d.watch.setAttribute("aria-label", `${g ? "Stop watching" : "Watch"} ${m}`), d.watch.title = g ? "Stop watching" : "Watch this token";
    }), n.slice(f.length).forEach((l) => l.row.hidden = !0);
  };
}
function Ao(t, e) {
  const n = t.rows.findIndex((s, i) => t.columns.targetRank[t.cell(i, e)] === 1), o = S(t.targetText(e));
  return n < 0 ? `${o} is at rank 1 after no layer` : `${o} is first at rank 1 after layer ${t.rowName(n)}`;
}
function Lo(t) {
  const e = P(() => Mt(t.reading.value, t.metric.value, tt(t.ramp.value, t.shade.value)));
  return Ce(t, { label: "Layers by positions: the top token of each", model: e, found: xn(t) });
}
function Tt(t, e, n, o) {
  const s = t.columns, i = t.watched.length, r = t.watched.findIndex((u) => u.ids[0] === n), a = t.targets[o]?.id === n, c = e && e.rank.length === t.width * t.height ? e : void 0;
  return t.rows.map((u, f) => {
    const l = t.cell(f, o);
    return r >= 0 ? Ct(s.watchRank, s.watchProb, s.watchLogit, l * i + r) : a ? Ct(s.targetRank, s.targetProb, s.targetLogit, l) : c ? Ct(c.rank, c.prob, c.logit, l) : t.top(f, o).find((h) => h.id === n) ?? null;
  });
}
const Ct = (t, e, n, o) => ({
  rank: t[o],
  prob: e[o],
  logit: n[o]
});
function To(t, e, n, o) {
  const s = t.watched.value.map((r) => ({
    ...r,
    scores: Tt(e, t.asked.value.get(r.id), r.id, n)
  })), i = s[0]?.scores ?? [];
  return s.map(({ id: r, text: a, scores: c }) => ({
    id: r,
    text: a,
    values: c.map((u, f) => {
      if (!u) return NaN;
      if (o !== "logit") return u[o];
      const l = i[f];
      return l ? u.logit - l.logit : NaN;
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
`).replace(/⇥/g, "	"), o = (r) => {
    for (const [a, c] of t.vocabulary) if (c === r) return a;
    return null;
  }, s = o(n);
  if (s !== null) return { id: s, text: n, guessed: !1 };
  const i = o(` ${n}`);
  return i === null ? null : { id: i, text: ` ${n}`, guessed: !0 };
}
const zo = 5;
function Po(t, e, n, o) {
  const s = t.watched.value, i = Math.min(zo, e.columns.topK), r = [
    ...o === "position" ? ["layer"] : ["position", "input", "next"],
    "rank",
    "probability",
    "surprisal",
    "entropy",
    "KL",
    ...Array.from({ length: i }, (h, d) => `top ${d + 1}`),
    ...s.map(({ text: h }) => `rank of ${S(h)}`)
  ], a = o === "position" ? e.rows.map((h, d) => ({ row: d, column: n.column })) : e.positions.map((h, d) => ({ row: n.row, column: d })), c = /* @__PURE__ */ new Map(), u = (h) => {
    let d = c.get(h);
    return d || (d = s.map(({ id: m }) => Tt(e, t.asked.value.get(m), m, h).map((g) => g?.rank ?? null)), c.set(h, d)), d;
  }, f = a.map((h) => {
    const { row: d, column: m } = h, g = e.columns, w = e.cell(d, m), b = o === "position" ? [] : [e.input(m)?.text ?? "", e.targetText(m)];
    return {
      cell: h,
      head: o === "position" ? e.rowName(d) : String(e.positions[m]),
      values: [
        ...b.map((v) => ({ text: S(v), token: !0 })),
        { text: O(g.targetRank[w]) },
        { text: I(g.targetProb[w]) },
        { text: R(g.surprisalBits[w]) },
        { text: R(g.entropyBits[w]) },
        { text: R(g.klBits[w]) },
        ...e.top(d, m).slice(0, i).map(({ id: v }) => ({ text: S(e.text(v)), token: !0 })),
        ...u(m).map((v) => ({ text: v[d] == null ? "not recorded" : O(v[d]) }))
      ]
    };
  });
  return { caption: o === "position" ? `Position ${e.positions[n.column]}, after ${S(e.input(n.column)?.text ?? "")}: every layer; rank, probability and surprisal of ${S(e.targetText(n.column))}` : `${e.rowName(n.row) === "embed" ? "The embedding" : `Layer ${e.rowName(n.row)}`}: every position; rank, probability and surprisal of the token that came next`, columns: r, rows: f };
}
const Bo = ({ columns: t, rows: e }) => [t, ...e.map((n) => [n.head, ...n.values.map((o) => o.text)])].map((n) => n.join("	")).join(`
`);
function Io(t) {
  const e = M("position"), n = p("div", { class: "f-table-box", tabindex: "0", role: "region", "aria-label": "Table" }), o = (u, f) => {
    const l = p("input", { type: "radio", name: `f-selection-${t.uid}`, value: u, checked: u === "position", onchange: () => e.value = u });
    return p("label", {}, l, p("span", {}, f));
  };
  let s = null;
  const i = p("button", { class: "f-button", type: "button" }, "Copy");
  i.addEventListener("click", () => {
    s && _o(Bo(s)).then((u) => {
      i.textContent = u ? "Copied" : "Select and copy by hand", setTimeout(() => i.textContent = "Copy", 2e3);
    });
  });
  const r = p("div", { class: "f-segments", role: "radiogroup", "aria-label": "What the table shows" }, o("position", "This position, every layer"), o("layer", "This layer, every position")), a = p("section", { class: "f-table-view", "aria-label": "Table" }, p("div", { class: "f-watch-head" }, r, i), n), c = $(() => {
    t.view.value === "table" && (s = Po(t, t.reading.value, t.cursor.value, e.value), n.replaceChildren(Oo(t, s, e.peek())));
  });
  return { element: a, drawing: () => null, focus: () => n.focus(), dispose: c };
}
function Oo(t, { caption: e, columns: n, rows: o }, s) {
  const i = t.cursor.peek(), r = o.map(({ cell: c, head: u, values: f }) => {
    const l = s === "position" ? c.row === i.row : c.column === i.column, h = f.map((d) => p("td", { class: d.token ? "f-word" : null }, d.token ? B(d.text) : d.text));
    return p("tr", { "aria-current": l ? "true" : null, onclick: () => t.move(c.row, c.column) }, p("th", { scope: "row" }, u), ...h);
  }), a = (c) => /^(input|next|top)/.test(c) ? "f-word" : null;
  return p("table", { class: "f-table" }, p("caption", {}, e), p("thead", {}, p("tr", {}, ...n.map((c) => p("th", { scope: "col", class: a(c) }, c)))), p("tbody", {}, ...r));
}
async function _o(t) {
  try {
    return await navigator.clipboard.writeText(t), !0;
  } catch {
    return !1;
  }
}
const Y = 56, Ut = 148, Q = 18, V = 18, se = 15, Re = (t) => t.map((e, n) => ({ line: e, i: n })).filter(({ line: e }) => e.values.some(Number.isNaN));
function ze(t) {
  const e = t.height - 44 - V * Re(t.lines).length, n = t.width - Ut, o = (n - Y) / Math.max(1, t.rows.length), s = Math.max(40, e - Q), i = Wo(t);
  return { x: (r) => Y + (r + 0.5) * o, y: (r) => Q + i(r) * s, each: o, bottom: Q + s, right: n };
}
function Wo(t) {
  if (t.scale === "rank") {
    const n = Math.log(Math.max(10, t.vocabulary));
    return (o) => 0.02 + 0.96 * Math.log(o) / n;
  }
  if (t.scale === "prob") return (n) => 1 - n;
  const e = Pe(t);
  return (n) => 0.5 - n / (2 * e);
}
function Pe(t) {
  const e = t.lines.flatMap((n) => n.values).filter((n) => Number.isFinite(n));
  return Math.max(1, Math.ceil(Math.max(0, ...e.map(Math.abs)) * 1.1));
}
function jo(t) {
  if (t.scale === "rank") {
    const n = [];
    for (let o = 1; o <= t.vocabulary; o *= 10) n.push({ value: o, label: O(o) });
    return n;
  }
  if (t.scale === "prob") return [0, 0.25, 0.5, 0.75, 1].map((n) => ({ value: n, label: `${n * 100}%` }));
  const e = Pe(t);
  return [-e, -e / 2, 0, e / 2, e].map((n) => ({ value: n, label: `${n > 0 ? "+" : ""}${+n.toFixed(1)}` }));
}
function ie(t, e) {
  const { each: n } = ze(t);
  return Math.max(0, Math.min(t.rows.length - 1, Math.floor((e - Y) / n)));
}
function Fo(t, e, n) {
  const o = ze(t), s = [];
  return Do(s, t, o, e), t.lines.forEach((i, r) => Ko(s, i, r, o, n[r % n.length], e)), qo(s, t, o, e, n), Re(t.lines).forEach(({ line: i, i: r }, a) => Ho(s, t, i, o, a, n[r % n.length], e)), s;
}
function Do(t, e, n, o) {
  t.push({ op: "rect", x: n.x(e.row) - n.each / 2, y: Q - 8, w: n.each, h: n.bottom - Q + 14, fill: o.raised });
  for (const { value: r, label: a } of jo(e)) {
    const c = n.y(r);
    t.push({ op: "lines", points: [Y, c, n.right, c], stroke: o.line, line: 1 }), t.push({ op: "text", x: Y - 8, y: c, text: a, size: 11, fill: o.muted, align: "right" });
  }
  const s = Math.max(1, Math.ceil(30 / n.each));
  e.rows.forEach((r, a) => {
    const c = a === e.row, u = !c && Math.abs(a - e.row) * n.each < 24;
    !c && (a % s !== 0 || u) || t.push({ op: "text", x: n.x(a), y: n.bottom + 15, text: r, size: 11, fill: c ? o.text : o.muted, bold: c, align: "center" });
  });
  const i = { rank: "rank, 1 is best (log)", prob: "probability", logit: "logit, less the first token's" };
  t.push({ op: "text", x: Y, y: 7, text: i[e.scale], size: 11, fill: o.muted }), t.push({ op: "text", x: n.right, y: n.bottom + 31, text: "after layer", size: 11, fill: o.muted, align: "right" });
}
function Ko(t, e, n, o, s, i) {
  const r = Bt[n % Bt.length] ?? [];
  let a = [];
  const c = () => {
    a.length > 2 && t.push({ op: "path", points: a, stroke: s, line: 2.25, dash: r }), a = [];
  };
  e.values.forEach((f, l) => {
    Number.isNaN(f) ? c() : a.push(o.x(l), o.y(f));
  }), c();
  const u = Math.max(1, Math.round(16 / o.each));
  e.values.forEach((f, l) => {
    const h = Number.isNaN(e.values[l - 1] ?? NaN) && Number.isNaN(e.values[l + 1] ?? NaN), d = l === e.values.length - 1;
    !Number.isNaN(f) && (l % u === 0 || d || h) && Be(t, $t[n % $t.length] ?? "circle", o.x(l), o.y(f), s, i);
  });
}
function Be(t, e, n, o, s, i) {
  const c = { fill: e.endsWith("-open") ? i.surface : s, stroke: s, line: 1.75 }, u = 4;
  switch (e.replace("-open", "")) {
    case "diamond":
      t.push({ op: "path", points: [n, o - u - 1, n + u + 1, o, n, o + u + 1, n - u - 1, o], close: !0, ...c });
      break;
    case "triangle":
      t.push({ op: "path", points: [n, o - u - 0.5, n + u + 0.5, o + u - 0.5, n - u - 0.5, o + u - 0.5], close: !0, ...c });
      break;
    case "square":
      t.push({ op: "path", points: [n - u + 0.5, o - u + 0.5, n + u - 0.5, o - u + 0.5, n + u - 0.5, o + u - 0.5, n - u + 0.5, o + u - 0.5], close: !0, ...c });
      break;
    default:
      t.push({ op: "circle", x: n, y: o, r: u - 0.5, ...c });
  }
}
const Uo = { rank: O, prob: I, logit: R };
function qo(t, e, n, o, s) {
  const i = e.lines.flatMap((c, u) => {
    const f = c.values.findLastIndex((l) => !Number.isNaN(l));
    return f < 0 ? [] : [{ line: c, i: u, row: f, from: n.y(c.values[f]), y: 0 }];
  });
  i.sort((c, u) => c.from - u.from);
  let r = Q - 6;
  for (const c of i)
    c.y = Math.max(c.from, r), r = c.y + se;
  let a = n.bottom + 6;
  for (const c of [...i].reverse())
    c.y = Math.min(c.y, a), a = c.y - se;
  for (const { line: c, i: u, row: f, from: l, y: h } of i) {
    const d = s[u % s.length], m = Uo[e.scale](c.values[f]);
    t.push({ op: "lines", points: [n.x(f) + 6, l, n.right + 10, h], stroke: d, line: 1 });
    const g = st(S(c.text), Ut - 74, { size: 12, mono: !0 });
    t.push({ op: "text", x: n.right + 14, y: h, text: g, size: 12, mono: !0, bold: !0, fill: o.text }), t.push({ op: "text", x: n.right + 22 + ft(g, { size: 12, mono: !0, bold: !0 }), y: h, text: m, size: 12, fill: o.muted });
  }
}
function Ho(t, e, n, o, s, i, r) {
  const a = o.bottom + 40 + s * V, c = `not recorded: beyond the top ${e.topK}`;
  for (const [u, f] of Co(n.values)) {
    const [l, h] = [o.x(u) - o.each / 2 + 1, o.x(f) + o.each / 2 - 1];
    t.push({ op: "rect", x: l, y: a, w: h - l, h: V - 5, fill: r.sunken, round: 3 }), t.push({ op: "rect", x: l, y: a, w: 3, h: V - 5, fill: i });
    const d = st(c, h - l - 12, { size: 10 });
    d && t.push({ op: "text", x: l + 8, y: a + (V - 5) / 2, text: d, size: 10, fill: r.muted });
  }
  t.push({ op: "text", x: o.right + 14, y: a + (V - 5) / 2, text: st(S(n.text), Ut - 20, { size: 11, mono: !0 }), size: 11, mono: !0, fill: r.muted });
}
const Go = [["rank", "Rank"], ["prob", "Probability"], ["logit", "Logit difference"]];
function Vo(t) {
  const e = M({ width: 0, height: 0 }), n = p("canvas", { class: "f-chart", role: "img" }), o = p("div", { class: "f-chart-box", tabindex: "0", "aria-label": "Chart over the layers: arrows move", role: "group" }, n), s = p("ul", { class: "f-chips", "aria-label": "Watched tokens" }), i = p("p", { class: "f-watch-place" }), r = p("section", { class: "f-watch-view", "aria-label": "Watched tokens over the layers" }, p("div", { class: "f-watch-head" }, i, Jo(t)), p("div", { class: "f-watch-tokens" }, s, ts(t)), o), a = P(() => {
    const h = t.reading.value, { row: d, column: m } = t.shown.value, g = t.watchScale.value;
    return {
      lines: To(t, h, m, g),
      scale: g,
      rows: h.rows.map((w, b) => h.rowName(b)),
      row: d,
      vocabulary: h.info.model.vocabulary,
      topK: h.columns.topK,
      ...e.value
    };
  });
  let c = [], u = 0;
  const f = [
    $(() => {
      const h = a.value, d = t.shade.value;
      !h.width || !h.height || (c = Fo(h, j(d), we(d)), n.setAttribute("aria-label", Zo(t, h)), cancelAnimationFrame(u), u = requestAnimationFrame(() => {
        const m = n.getContext("2d");
        if (!m) return;
        Lt(n, h.width, h.height);
        const g = n.width / h.width;
        m.setTransform(g, 0, 0, g, 0, 0), m.clearRect(0, 0, h.width, h.height), At(m, c);
      }));
    }),
    $(() => s.replaceChildren(...t.watched.value.map((h, d) => Yo(t, h, d)))),
    $(() => {
      const h = t.reading.value, { column: d } = t.shown.value;
      i.replaceChildren(
        p("strong", {}, `Position ${h.positions[d]}`),
        " after ",
        B(S(h.input(d)?.text ?? "")),
        p("span", { class: "f-soft" }, h.targets[d]?.isArgmax ? ", then the model's choice " : ", before "),
        B(S(h.targetText(d)))
      );
    }),
    ns(t)
  ];
  Xo(t, n, () => a.peek());
  const l = new ResizeObserver(() => {
    e.value = { width: o.clientWidth, height: o.clientHeight };
  });
  return l.observe(o), {
    element: r,
    drawing: () => ({ ops: c, ...e.peek() }),
    focus: () => o.focus(),
    dispose() {
      f.forEach((h) => h()), l.disconnect(), cancelAnimationFrame(u);
    }
  };
}
function Xo(t, e, n) {
  e.addEventListener("pointermove", (o) => {
    if (t.pinned.peek()) return;
    const s = ie(n(), o.offsetX), i = t.shown.peek().column;
    t.hover.peek()?.row !== s && (t.hover.value = { row: s, column: i });
  }), e.addEventListener("pointerleave", () => t.hover.value = null), e.addEventListener("click", (o) => {
    t.move(ie(n(), o.offsetX), t.shown.peek().column), t.pinned.value = !0;
  });
}
function Zo(t, e) {
  const n = t.reading.peek(), { column: o } = t.shown.peek(), s = n.lastRow, i = t.watched.peek().map(({ id: r, text: a }) => {
    const c = Tt(n, t.asked.peek().get(r), r, o)[s];
    return `${S(a)} ${c ? `rank ${O(c.rank)}, ${I(c.prob)}` : "not recorded"}`;
  });
  return `${e.rows.length} layers at position ${n.positions[o]}; after the last: ${i.join("; ") || "nothing is watched"}`;
}
function Jo(t) {
  const e = Go.map(([n, o]) => {
    const s = p("input", { type: "radio", name: `f-scale-${t.uid}`, value: n, onchange: () => t.watchScale.value = n });
    return { scale: n, input: s, element: p("label", {}, s, p("span", {}, o)) };
  });
  return $(() => e.forEach(({ scale: n, input: o }) => o.checked = t.watchScale.value === n)), p("div", { class: "f-segments", role: "radiogroup", "aria-label": "Scale" }, ...e.map(({ element: n }) => n));
}
function Yo(t, e, n) {
  const o = S(e.text), s = `var(--f-series-${n})`, i = (Bt[n] ?? []).join(" "), r = ot("line", { x1: 1, y1: 8, x2: 27, y2: 8, "stroke-width": 2.25, "stroke-dasharray": i || null });
  r.style.stroke = s;
  const a = ot("svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, r, Qo(n, s)), c = p("button", { class: "f-watch", type: "button", "aria-label": `Stop watching ${o}`, title: "Stop watching", onclick: () => t.toggleWatch(e) }, _("close"));
  return p("li", { class: "f-chip" }, a, B(o), c);
}
function Qo(t, e) {
  const n = [], o = $t[t % $t.length] ?? "circle";
  Be(n, o, 14, 8, "#000000", j("light"));
  const s = n[0], i = s?.op === "path" ? ot("polygon", { points: s.points.join(" ") }) : ot("circle", { cx: 14, cy: 8, r: 3.5 });
  return i.style.stroke = e, i.style.strokeWidth = "1.75", i.style.fill = o.endsWith("-open") ? "var(--f-surface)" : e, i;
}
function ts(t) {
  const e = p("input", { class: "f-input", type: "text", placeholder: "Watch a token, e.g. ␣is", "aria-label": "Watch a token", spellcheck: "false", autocomplete: "off" }), n = p("span", { class: "f-note", role: "status" }), o = p("form", { class: "f-adder" }, e, p("button", { class: "f-button", type: "submit" }, "Watch"), n);
  return o.addEventListener("submit", (s) => {
    s.preventDefault();
    const i = e.value;
    if (!i) return;
    const r = Ro(t.reading.peek(), i);
    n.textContent = "", t.watched.peek().length >= nt ? n.textContent = `At most ${nt} tokens can be told apart.` : r ? (t.watched.peek().some((a) => a.id === r.id) || t.toggleWatch(r), r.guessed && (n.textContent = `Taken as ${S(r.text)}, with the space before it.`), e.value = "") : t.source.ranks ? es(t, i, n).then((a) => a && (e.value = "")) : n.textContent = `This reading holds no token ${S(i)}. Record it: --watch when the reading is made.`;
  }), o;
}
async function es(t, e, n) {
  n.textContent = "Asking …";
  try {
    const [o] = await t.source.ranks?.([{ text: e.replace(/␣/g, " ") }]) ?? [];
    if (!o) throw new Error("no such token");
    return t.asked.value = new Map(t.asked.peek()).set(o.id, o), t.watched.peek().some((s) => s.id === o.id) || t.toggleWatch({ id: o.id, text: o.text }), n.textContent = o.note ? U(o.note) : "", !0;
  } catch (o) {
    return n.textContent = o instanceof Error ? o.message : String(o), !1;
  }
}
function ns(t) {
  const e = /* @__PURE__ */ new Set();
  let n = t.reading.peek();
  return $(() => {
    const o = t.reading.value, { column: s } = t.shown.value;
    if (!t.source.ranks || t.view.value !== "watch") return;
    o !== n && (n = o, e.clear(), t.asked.value = /* @__PURE__ */ new Map());
    const i = t.watched.value.filter(
      ({ id: r }) => !e.has(r) && Tt(o, t.asked.value.get(r), r, s).includes(null)
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
const os = { heatmap: Lo, watch: Vo, compare: fo, table: Io };
async function ss(t, e, n = {}) {
  const [o, s] = await Promise.all([e.reading(), e.other?.() ?? null]), i = new hn(o, e);
  i.other.value = s, n.view && (i.view.value = n.view), n.metric && (i.metric.value = n.metric), n.theme && (i.theme.value = n.theme);
  const r = p("div", { class: n.page ? "fathom f-page" : "fathom" });
  n.page || (r.style.height = n.height ?? "640px");
  const a = [Kn(r, i)];
  (n.deepLinks ?? n.page) && a.push(Dn(i));
  const c = /* @__PURE__ */ new Map(), u = p("main", { class: "f-stage" }), f = P(() => i.view.value === "compare" && !i.other.value ? "heatmap" : i.view.value), l = (k) => {
    let x = c.get(k);
    return x || (x = os[k](i), x.element.id = `f-panel-${k}-${i.uid}`, x.element.setAttribute("aria-labelledby", `f-tab-${k}-${i.uid}`), x.element.setAttribute("role", "tabpanel"), c.set(k, x), u.append(x.element)), x;
  }, h = On(), d = $o(i, n.actions ?? []), m = Nn(i, { drawing: () => l(f.peek()).drawing(), help: () => h.showModal() }), g = Tn(i, f), w = p("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  r.append(m.element, g.element, p("div", { class: "f-body" }, u, d.element), Cn(i), h, w), t.replaceChildren(r), a.push(
    $(() => {
      const k = f.value;
      l(k);
      for (const [x, { element: L }] of c) L.hidden = x !== k;
    }),
    $(() => {
      w.textContent = i.message.value;
    }),
    $(() => {
      i.pinned.value && (i.message.value = `Pinned: ${Dt(i.reading.peek(), i.cursor.peek().row, i.cursor.peek().column)}`);
    })
  );
  const b = n.page ? document : r, v = (k) => {
    Bn(i, { find: m.find, help: () => h.showModal() }, k) && k.preventDefault();
  };
  return b.addEventListener("keydown", v), {
    state: i,
    update: (k) => is(i, k),
    compareWith(k) {
      i.other.value = k, !k && i.view.peek() === "compare" && (i.view.value = "heatmap");
    },
    destroy() {
      b.removeEventListener("keydown", v), a.forEach((k) => k()), [m, g, d, ...c.values()].forEach((k) => k.dispose()), r.remove();
    }
  };
}
function is(t, e) {
  const n = t.reading.peek(), { row: o, column: s } = t.cursor.peek(), [i, r] = [n.positions[s], n.rowName(o)], a = s === n.width - 1 && !t.pinned.peek() && n.width > 1;
  t.hover.value = null;
  const c = e.positions.indexOf(i ?? -1), u = e.rows.findIndex((l, h) => e.rowName(h) === r), f = {
    row: u < 0 ? e.lastRow : u,
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
    for (let u = 0; u < o; u++) {
      const f = i[a + u], l = c[u - 1], h = l && l.logit === f ? l.rank : u + 1;
      c.push({ id: s[a + u], logit: f, prob: r[a + u], rank: h });
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
const Rt = "fathom.pack/1";
class T extends Error {
  name = "BadReading";
}
async function rs(t) {
  const e = new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(e).arrayBuffer());
  } catch {
    throw new T("the pack is no whole gzip stream");
  }
}
function as(t) {
  const e = t.length / 4, n = new Uint32Array(e);
  for (let o = 0; o < e; o++)
    n[o] = (t[o] | t[e + o] << 8 | t[2 * e + o] << 16 | t[3 * e + o] << 24) >>> 0;
  return n;
}
function cs(t, e, n) {
  const o = /* @__PURE__ */ new Map();
  let s = n;
  for (const { name: i, type: r, values: a } of t.columns) {
    const c = s + 4 * a;
    if (!Number.isSafeInteger(c) || a < 0 || c > e.length) throw new T(`${i}: cut off`);
    if (o.has(i)) throw new T(`column ${i} stands twice`);
    o.set(i, { type: r, words: as(e.subarray(s, c)) }), s = c;
  }
  if (s !== e.length) throw new T("there is more after the columns");
  return o;
}
function Ie(t) {
  const { model: e, lens: n, precision: o, run_id: s, program: i } = t;
  if (!e || !n || !Array.isArray(t.tokens)) throw new T("the reading names no model or tokens");
  const r = (t.watched ?? []).map((u) => ({
    text: u.text,
    ids: u.ids,
    sequence: u.sequence ? { position: u.sequence.position, logprobBits: u.sequence.logprob_bits } : void 0
  })), a = new Map((t.vocabulary ?? []).map((u) => [u.id, u.text]));
  return { info: { model: e, lens: n, precision: o, sampling: t.sampling ?? null, run_id: s, program: i }, tokens: t.tokens, watched: r, vocabulary: a };
}
async function Ot(t) {
  const e = await rs(t), n = e.length < 4 ? 1 / 0 : new DataView(e.buffer).getUint32(0, !0);
  if (4 + n > e.length) throw new T("the pack's head is cut off");
  let o;
  try {
    o = JSON.parse(new TextDecoder("utf-8", { fatal: !0 }).decode(e.subarray(4, 4 + n)));
  } catch {
    throw new T("the pack's head is no JSON");
  }
  if (o.pack !== Rt && !String(o.pack).startsWith(`${Rt}.`))
    throw new T(`this reading's form is ${String(o.pack)}, and this viewer reads ${Rt}`);
  const s = cs(o, e, 4 + n), { rows: i, positions: r } = o.reading, a = Ie(o.reading), c = i.length * r.length, u = (b, v, k) => {
    const x = s.get(b);
    if (!x || x.type !== v || x.words.length !== k)
      throw new T(`${b}: expected ${k} values of ${v}`);
    return x.words;
  }, f = (b, v = 1) => new Float32Array(u(b, "f32", c * v).buffer), l = (b, v = 1) => {
    const k = u(b, "u32", c * v);
    if (k.includes(0)) throw new T(`${b}: 0 is no rank`);
    return k;
  }, [h, d] = [o.top_k, a.watched.length], m = {
    targetLogit: f("target_logit"),
    targetProb: f("target_prob"),
    targetRank: l("target_rank"),
    entropyBits: f("entropy_bits"),
    klBits: f("kl_bits"),
    klReverseBits: f("kl_reverse_bits"),
    surprisalBits: f("surprisal_bits"),
    topK: h,
    topId: u("top_id", "u32", c * h),
    topLogit: f("top_logit", h),
    topProb: f("top_prob", h),
    watchLogit: f("watch_logit", d),
    watchProb: f("watch_prob", d),
    watchRank: l("watch_rank", d)
  }, g = u("target_id", "u32", r.length), w = r.map((b, v) => {
    const [k, x] = [g[v], a.tokens[b + 1]];
    if (!a.tokens[b] || x && x.id !== k) throw new T(`target of position ${b}`);
    return { id: k, isArgmax: x === void 0 };
  });
  return new qt({ ...a, rows: i, positions: r, targets: w, columns: m });
}
function ls(t, e) {
  const n = { reading: () => Ot(t) };
  return e && (n.other = () => Ot(e)), n;
}
const ps = (t, e) => ({
  reading: () => Promise.resolve(t),
  ...e ? { other: () => Promise.resolve(e) } : {}
});
function ms(t, e) {
  const n = async (o) => {
    const s = await fetch(`${o}?format=pack`);
    if (!s.ok) throw new Error(await re(s));
    return Ot(new Uint8Array(await s.arrayBuffer()));
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
      if (!s.ok) throw new Error(await re(s));
      const { tokens: i } = await s.json(), r = (a) => Float32Array.from(a, (c) => c ?? NaN);
      return i.map((a) => ({
        id: a.id,
        text: a.text,
        logit: r(a.logit),
        prob: r(a.prob),
        rank: Uint32Array.from(a.rank),
        note: a.note
      }));
    }
  };
}
async function re(t) {
  const e = await t.json().catch(() => ({}));
  return e.detail ?? e.title ?? `${t.status} ${t.statusText}`;
}
function ae(t) {
  const e = atob(t.trim()), n = new Uint8Array(e.length);
  for (let o = 0; o < e.length; o++) n[o] = e.charCodeAt(o);
  return n;
}
const zt = "fathom.reading/1";
function Oe(t, e, n) {
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
const W = (t) => t ?? NaN;
function gs(t) {
  if (t.schema !== zt && !String(t.schema).startsWith(`${zt}.`))
    throw new T(`this reading's form is ${String(t.schema)}, and this viewer reads ${zt}`);
  const e = Ie(t), { rows: n, positions: o } = t, s = new Map(n.map((l, h) => [`${l.site} ${l.layer}`, h])), i = new Map(o.map((l, h) => [l, h])), r = t.cells[0]?.top.length ?? 0, a = Oe(n.length * o.length, r, e.watched.length), c = [], u = ({ id: l, text: h }) => e.vocabulary.set(l, h);
  let f = 0;
  for (const l of t.cells) {
    const h = s.get(`${l.site} ${l.layer}`), d = i.get(l.position);
    if (h === void 0 || d === void 0 || l.top.length !== r) throw new T("a cell that fits nowhere");
    const m = h * o.length + d;
    if (a.targetRank[m] !== 0) throw new T("a cell that stands twice");
    f++, u(l.target), c[d] = { id: l.target.id, isArgmax: l.target.is_argmax }, a.targetLogit[m] = W(l.target.logit), a.targetProb[m] = W(l.target.prob), a.targetRank[m] = l.target.rank, a.entropyBits[m] = W(l.entropy_bits), a.klBits[m] = W(l.kl_bits), a.klReverseBits[m] = W(l.kl_reverse_bits), a.surprisalBits[m] = W(l.surprisal_bits), l.top.forEach((w, b) => {
      u(w), a.topId[m * r + b] = w.id, a.topLogit[m * r + b] = W(w.logit), a.topProb[m * r + b] = W(w.prob);
    });
    const g = e.watched.length;
    l.watch.forEach((w, b) => {
      u(w), a.watchLogit[m * g + b] = W(w.logit), a.watchProb[m * g + b] = W(w.prob), a.watchRank[m * g + b] = w.rank;
    });
  }
  if (f !== n.length * o.length || f === 0) throw new T("cells are missing");
  return new qt({ ...e, rows: n, positions: o, targets: c, columns: a });
}
const us = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"], hs = ["topId", "topLogit", "topProb"], fs = ["watchLogit", "watchProb", "watchRank"];
function ws(t, e) {
  const n = (h) => h.rows.map((d) => `${d.site} ${d.layer}`).join(), o = (h) => h.watched.map((d) => d.ids.join(" ")).join();
  if (n(t) !== n(e) || t.columns.topK !== e.columns.topK || o(t) !== o(e))
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  const s = [.../* @__PURE__ */ new Set([...t.positions, ...e.positions])].sort((h, d) => h - d), i = s.map((h) => {
    const d = e.positions.indexOf(h);
    return d >= 0 ? [e, d] : [t, t.positions.indexOf(h)];
  }), [r, a] = [t.columns.topK, t.watched.length], c = Oe(s.length * t.rows.length, r, a), u = (h, d) => {
    for (const m of h) {
      const g = c[m];
      for (let w = 0; w < t.rows.length; w++)
        i.forEach(([b, v], k) => {
          const x = b.columns[m], L = b.cell(w, v) * d;
          g.set(x.subarray(L, L + d), (w * s.length + k) * d);
        });
    }
  };
  u(us, 1), u(hs, r), u(fs, a);
  const f = e.tokens.length >= t.tokens.length ? e.tokens : t.tokens, l = i.map(([h, d], m) => {
    const g = f[s[m] + 1], w = h.targets[d];
    return g && g.id === w.id ? { id: g.id, isArgmax: !1 } : w;
  });
  return new qt({
    info: e.info,
    tokens: f,
    rows: t.rows,
    positions: s,
    targets: l,
    watched: e.watched,
    columns: c,
    vocabulary: new Map([...t.vocabulary, ...e.vocabulary])
  });
}
const ce = document.getElementById("fathom-reading"), Pt = document.getElementById("fathom");
if (ce && Pt) {
  const t = document.getElementById("fathom-other"), e = ls(ae(ce.textContent ?? ""), t ? ae(t.textContent ?? "") : void 0);
  ss(Pt, e, { page: !0, view: t ? "compare" : "heatmap" }).catch((n) => {
    Pt.textContent = `This reading can't be shown: ${n instanceof Error ? n.message : String(n)}`;
  });
}
export {
  T as BadReading,
  qt as Reading,
  P as computed,
  Ot as decodePack,
  $ as effect,
  ae as fromBase64,
  gs as fromJson,
  ms as httpSource,
  ls as inlineSource,
  ws as merge,
  ss as mount,
  ds as numbers,
  ps as readySource,
  M as signal,
  S as token,
  U as visible
};
