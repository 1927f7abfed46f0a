var _e = Symbol.for("preact-signals");
function Wt() {
  if (U > 1)
    U--;
  else {
    var t, e = !1;
    for ((function() {
      var s = yt;
      for (yt = void 0; s !== void 0; ) {
        var i = s.S;
        if (i.v === s.v) for (var a = i.t; a !== void 0; a = a.x) a.i === s.i && (a.i = i.i);
        s = s.o;
      }
    })(); ut !== void 0; ) {
      var n = ut;
      for (ut = void 0, kt++; n !== void 0; ) {
        var o = n.u;
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && fe(n)) try {
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
var ct, S = void 0;
function At(t) {
  var e = S, n = ct;
  S = void 0, ct = void 0;
  try {
    return t();
  } finally {
    S = e, ct = n;
  }
}
var ut = void 0, U = 0, kt = 0, Vt = 0, yt = void 0, xt = 0;
function he(t) {
  if (S !== void 0) {
    var e = t.n;
    if (e === void 0 || e.t !== S)
      return e = { i: 0, S: t, p: S.s, n: void 0, t: S, e: void 0, x: void 0, r: e }, S.s !== void 0 && (S.s.n = e), S.s = e, t.n = e, 32 & S.f && t.S(e), e;
    if (e.i === -1)
      return e.i = 0, e.n !== void 0 && (e.n.p = e.p, e.p !== void 0 && (e.p.n = e.n), e.p = S.s, e.n = void 0, S.s.n = e, S.s = e), e;
  }
}
function R(t, e) {
  this.v = t, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = e?.watched, this.Z = e?.unwatched, this.name = e?.name;
}
R.prototype.brand = _e;
R.prototype.h = function() {
  return !0;
};
R.prototype.S = function(t) {
  var e = this, n = this.t;
  n !== t && t.e === void 0 && (t.x = n, this.t = t, n !== void 0 ? n.e = t : At(function() {
    var o;
    (o = e.W) == null || o.call(e);
  }));
};
R.prototype.U = function(t) {
  var e = this;
  if (this.t !== void 0) {
    var n = t.e, o = t.x;
    n !== void 0 && (n.x = o, t.e = void 0), o !== void 0 && (o.e = n, t.x = void 0), t === this.t && (this.t = o, o === void 0 && At(function() {
      var s;
      (s = e.Z) == null || s.call(e);
    }));
  }
};
R.prototype.subscribe = function(t) {
  var e = this;
  return x(function() {
    var n = e.value;
    At(function() {
      return t(n);
    });
  }, { name: "sub" });
};
R.prototype.valueOf = function() {
  return this.value;
};
R.prototype.toString = function() {
  return this.value + "";
};
R.prototype.toJSON = function() {
  return this.value;
};
R.prototype.peek = function() {
  var t = this;
  return At(function() {
    return t.value;
  });
};
Object.defineProperty(R.prototype, "value", { get: function() {
  var t = he(this);
  return t !== void 0 && (t.i = this.i), this.v;
}, set: function(t) {
  if (t !== this.v) {
    if (kt > 100) throw new Error("Cycle detected");
    (function(n) {
      U !== 0 && kt === 0 && n.l !== Vt && (n.l = Vt, yt = { S: n, v: n.v, i: n.i, o: yt });
    })(this), this.v = t, this.i++, xt++, U++;
    try {
      for (var e = this.t; e !== void 0; e = e.x) e.t.N();
    } finally {
      Wt();
    }
  }
} });
function M(t, e) {
  return new R(t, e);
}
function fe(t) {
  for (var e = t.s; e !== void 0; e = e.n) if (e.S.i !== e.i || !e.S.h() || e.S.i !== e.i) return !0;
  return !1;
}
function de(t) {
  for (var e = t.s; e !== void 0; e = e.n) {
    var n = e.S.n;
    if (n !== void 0 && (e.r = n), e.S.n = e, e.i = -1, e.n === void 0) {
      t.s = e;
      break;
    }
  }
}
function pe(t) {
  for (var e = t.s, n = void 0; e !== void 0; ) {
    var o = e.p;
    e.i === -1 ? (e.S.U(e), o !== void 0 && (o.n = e.n), e.n !== void 0 && (e.n.p = o)) : n = e, e.S.n = e.r, e.r !== void 0 && (e.r = void 0), e = o;
  }
  t.s = n;
}
function H(t, e) {
  R.call(this, void 0, e), this.x = t, this.s = void 0, this.g = xt - 1, this.f = 4;
}
H.prototype = new R();
H.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === xt)) return !0;
  if (this.g = xt, this.f |= 1, this.i > 0 && !fe(this))
    return this.f &= -2, !0;
  var t = S;
  try {
    de(this), S = this;
    var e = this.x();
    (16 & this.f || this.v !== e || this.i === 0) && (this.v = e, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return S = t, pe(this), this.f &= -2, !0;
};
H.prototype.S = function(t) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var e = this.s; e !== void 0; e = e.n) e.S.S(e);
  }
  R.prototype.S.call(this, t);
};
H.prototype.U = function(t) {
  if (this.t !== void 0 && (R.prototype.U.call(this, t), this.t === void 0)) {
    this.f &= -33;
    for (var e = this.s; e !== void 0; e = e.n) e.S.U(e);
  }
};
H.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var t = this.t; t !== void 0; t = t.x) t.t.N();
  }
};
Object.defineProperty(H.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var t = he(this);
  if (this.h(), t !== void 0 && (t.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function C(t, e) {
  return new H(t, e);
}
function me(t) {
  var e = t.j;
  if (t.j = void 0, typeof e == "function") {
    U++;
    var n = S;
    S = void 0;
    try {
      e();
    } catch (o) {
      throw t.f &= -2, t.f |= 8, _t(t), o;
    } finally {
      S = n, Wt();
    }
  }
}
function _t(t) {
  for (var e = t.s; e !== void 0; e = e.n) e.S.U(e);
  t.x = void 0, t.s = void 0, me(t);
}
function De(t) {
  if (S !== this) throw new Error("Out-of-order effect");
  pe(this), S = t, this.f &= -2;
  try {
    8 & this.f && _t(this);
  } finally {
    Wt();
  }
}
function at(t, e) {
  this.x = t, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = e?.name, ct && ct.push(this);
}
at.prototype.c = function() {
  var t = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var e = this.x();
    typeof e == "function" && (this.j = e);
  } finally {
    t();
  }
};
at.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, me(this), de(this), U++;
  var t = S;
  return S = this, De.bind(this, t);
};
at.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = ut, ut = this);
};
at.prototype.d = function() {
  this.f |= 8, 1 & this.f || _t(this);
};
at.prototype.dispose = function() {
  this.d();
};
function x(t, e) {
  var n = new at(t, e);
  try {
    n.c();
  } catch (s) {
    throw n.d(), s;
  }
  var o = n.d.bind(n);
  return o[Symbol.dispose] = o, o;
}
const we = "–";
function j(t) {
  if (Number.isNaN(t)) return we;
  if (t < Math.fround(1e-4)) return "<0.01%";
  if (t > Math.fround(0.9999)) return ">99.99%";
  const e = t * 100;
  return `${e.toFixed(e >= 9.995 && e < 98.95 ? 1 : 2)}%`;
}
function P(t) {
  if (Number.isNaN(t)) return we;
  if (!Number.isFinite(t)) return t > 0 ? "∞" : "-∞";
  const e = t.toFixed(Math.abs(t) < 99.995 ? 2 : 1);
  return e === "-0.00" ? "0.00" : e;
}
const W = (t) => String(t).replace(/\B(?=(\d{3})+$)/g, ",");
function Fe(t) {
  return t < 1e4 ? String(t) : t < 1e6 ? `${Math.floor(t / 1e3)}k` : `${Math.floor(t / 1e6)}M`;
}
const Ke = { light: { surface: "#ffffff", raised: "#f6f7f9", sunken: "#eceff3", text: "#16181d", muted: "#595f69", line: "#d5d9e0", accent: "#0072b2", focus: "#b0005e", warning: "#8a4b00" }, dark: { surface: "#14161b", raised: "#1d2027", sunken: "#0e1014", text: "#eceef2", muted: "#a2a9b5", line: "#363b45", accent: "#56b4e9", focus: "#ff7ab8", warning: "#f0b357" } }, Ue = { default: "cividis", light: { cividis: ["#fee838", "#f0d846", "#dec958", "#cdbb63", "#bcae6c", "#aba072", "#9b9476", "#8c8878", "#7d7c78", "#6f7073", "#61656f", "#535a6d", "#434e6c", "#32436d", "#1a386f", "#002e6a", "#00224e"], viridis: ["#fde725", "#d8e219", "#addc30", "#84d44b", "#5ec962", "#3fbc73", "#28ae80", "#1fa088", "#21918c", "#26828e", "#2c728e", "#33638d", "#3b528b", "#424086", "#472d7b", "#48186a", "#440154"], rose: ["#f8ecf5", "#f7e0f0", "#f5d5eb", "#f3c9e5", "#f1bede", "#f0b2d8", "#eea6d1", "#ec9ac9", "#ea8ec1", "#e782b9", "#e575b0", "#e368a7", "#e05a9e", "#dd4b95", "#da398b", "#d72381", "#d30076"] }, dark: { cividis: ["#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78", "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838"], viridis: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"], rose: ["#281a37", "#322041", "#3d264b", "#482c55", "#54325f", "#603869", "#6d3e72", "#7b447b", "#884a84", "#97508c", "#a55694", "#b45c9b", "#c462a2", "#d369a8", "#e36fad", "#f476b2", "#ff7cb7"] } }, qe = { light: ["#00569f", "#256bab", "#467eb6", "#6492c2", "#81a6cd", "#9ebad8", "#bbcee2", "#d9e2ed", "#f7f7f7", "#f2e1da", "#edccbd", "#e7b6a1", "#e0a185", "#d88b68", "#d0754b", "#c75f28", "#bd4600"], dark: ["#52b5f4", "#4ea1d8", "#4a8ebc", "#467ca1", "#406a86", "#3b586d", "#354754", "#2e363d", "#262626", "#3d342c", "#554131", "#6e4f36", "#875d39", "#a26b3c", "#bd7a3e", "#d98840", "#f59740"] }, He = { light: ["#0072b2", "#d55e00", "#009e73", "#b9588f", "#a97000", "#2f8fc6", "#5f6368", "#857500"], dark: ["#56b4e9", "#e69f00", "#2dbd92", "#dd8fbb", "#f0e442", "#ef7b2f", "#a3b8cc", "#8fd3c1"], dashes: [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [5, 2, 1.5, 2, 1.5, 2], [1, 3], [12, 3], [4, 4]], markers: ["circle", "diamond", "triangle", "square", "circle-open", "diamond-open", "triangle-open", "square-open"] }, Ge = { rank: { label: "rank", curve: "log", strong: 1, faint: 5e3, blank: 5e3, ticks: [1, 3, 10, 30, 100, 300, 1e3, 5e3] }, prob: { label: "probability", curve: "root", strong: 1, faint: 0, blank: 1e-4, ticks: [1, 0.5, 0.2, 0.05, 0.01, 1e-4] }, logit: { label: "logit", curve: "linear", strong: null, faint: null, blank: null, ticks: [] }, entropy: { label: "entropy, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, kl: { label: "KL, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, surprisal: { label: "surprisal, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] } }, K = {
  grounds: Ke,
  ramps: Ue,
  diverging: qe,
  series: He,
  metrics: Ge
}, Dt = ["cividis", "viridis", "rose"], Ve = K.ramps.default, ge = K.metrics, Ot = K.series.dashes, $t = K.series.markers, z = (t) => K.grounds[t], ve = (t) => K.series[t], Xe = (t) => [1, 3, 5].map((e) => parseInt(t.slice(e, e + 2), 16));
function Je([t, e, n]) {
  const o = (s) => {
    const i = s / 255;
    return i <= 0.04045 ? i / 12.92 : ((i + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * o(t) + 0.7152 * o(e) + 0.0722 * o(n);
}
function Ye(t) {
  const e = Je(t);
  return (e + 0.05) / 0.05 >= 1.05 / (e + 0.05) ? "#000000" : "#ffffff";
}
function Ze(t) {
  const e = t.map(Xe), n = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let o = 0; o < 256; o++) {
    const s = o / 255 * (e.length - 1), i = Math.min(Math.floor(s), e.length - 2), [a, r] = [e[i], e[i + 1]], l = a.map((c, d) => Math.round(c + (r[d] - c) * (s - i)));
    n.css.push(`#${l.map((c) => c.toString(16).padStart(2, "0")).join("")}`), n.ink.push(Ye(l)), n.packed[o] = (255 << 24 | l[2] << 16 | l[1] << 8 | l[0]) >>> 0;
  }
  return n;
}
const Xt = /* @__PURE__ */ new Map();
function et(t, e) {
  const n = `${t} ${e}`;
  let o = Xt.get(n);
  return o || (o = Ze(t === "diverging" ? K.diverging[e] : K.ramps[e][t]), Xt.set(n, o)), o;
}
const Nt = (t) => t >= 0 ? Math.round(Math.min(t, 1) * 255) : -1, q = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: Fe, ofTarget: !0 },
  prob: { name: "Probability", describe: "probability of the token that came next", write: j, ofTarget: !0 },
  logit: { name: "Logit", describe: "logit of the token that came next, on this reading’s own range", write: P, ofTarget: !0 },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: P, ofTarget: !1 },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: P, ofTarget: !1 },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: P, ofTarget: !0 }
}, J = Object.keys(q);
function nt(t, e) {
  const n = t.columns;
  return { rank: n.targetRank, prob: n.targetProb, logit: n.targetLogit, entropy: n.entropyBits, kl: n.klBits, surprisal: n.surprisalBits }[e];
}
const Jt = /* @__PURE__ */ new WeakMap();
function be(t) {
  let e = Jt.get(t);
  if (!e) {
    e = [1 / 0, -1 / 0];
    for (const n of t.columns.targetLogit)
      n < e[0] && (e[0] = n), n > e[1] && (e[1] = n);
    e[0] > e[1] && (e = [0, 0]), Jt.set(t, e);
  }
  return e;
}
function Ft(t, e) {
  if (t !== "logit") return (s) => ke(t, s);
  const [n, o] = be(e);
  return (s) => o > n ? (s - n) / (o - n) : s === n ? 1 : NaN;
}
function ke(t, e) {
  const { curve: n, strong: o, faint: s, blank: i } = ge[t];
  return n === "log" ? e > i ? NaN : 1 - Math.log(e / o) / Math.log(s / o) : o > s ? e < i ? NaN : Math.sqrt((e - s) / (o - s)) : e <= i ? 1 - Math.sqrt(Math.max(0, e - o) / (s - o)) : NaN;
}
function Qe(t, e) {
  if (t === "logit") {
    const [a, r] = be(e);
    return { ticks: [1, 0.75, 0.5, 0.25, 0].map((c) => ({ label: (a + (r - a) * c).toFixed(1), strength: c })), blank: "scale: this reading’s own" };
  }
  const n = (a) => t === "prob" ? `${+(a * 100).toPrecision(2)}%` : t === "rank" ? W(a) : String(a), { ticks: o, blank: s } = ge[t], i = t === "prob" ? `blank: below ${n(s)}` : `blank: beyond ${n(s)}`;
  return { ticks: o.map((a) => ({ label: n(a), strength: ke(t, a) })), blank: i };
}
const tn = 3, en = /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u, nn = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u, Yt = (t) => en.test(t) || (t.codePointAt(0) & 65534) === 65534, pt = /* @__PURE__ */ new Map();
function F(t) {
  let e = pt.get(t);
  return e === void 0 && (e = on(t), pt.size > 1e5 && pt.clear(), pt.set(t, e)), e;
}
function on(t) {
  const e = t.length - t.replace(/^ +/, "").length, n = t.replace(/ +$/, "").length;
  let o = "", s = 0, i = 0;
  for (const a of t) {
    const r = !Yt(a) && nn.test(a);
    s = r ? s + 1 : 0, a === " " && (i < e || i >= n) ? o += "␣" : a === `
` ? o += "⏎" : a === "	" ? o += "⇥" : Yt(a) || s > tn ? o += `⟨U+${a.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : o += r && o === "" ? `◌${a}` : a, i += a.length;
  }
  return o;
}
const $ = (t) => t === "" ? "''" : F(t);
function sn(t, e) {
  const n = Ft(e, t);
  return Int16Array.from(nt(t, e), (o) => Nt(n(o)));
}
function an(t, e) {
  const n = t.input(e);
  return {
    index: String(t.positions[e] ?? ""),
    input: $(n?.text ?? ""),
    target: $(t.targetText(e)),
    origin: n?.origin ?? "prompt",
    argmax: t.targets[e]?.isArgmax ?? !1
  };
}
function Kt(t, e, n) {
  const [o] = t.top(e, n), s = t.target(e, n), i = t.rowName(e), a = `${/^\d/.test(i) ? `layer ${i}` : i}, position ${t.positions[n]}, after ${$(t.input(n)?.text ?? "")}`, r = o ? `top ${$(t.text(o.id))} ${j(o.prob)}` : "no candidates";
  return `${a}: ${r}; target ${$(t.targetText(n))} rank ${W(s.rank)}, ${j(s.prob)}`;
}
function Mt(t, e, n) {
  const o = nt(t, e), s = q[e].write, i = t.lastRow;
  return {
    rows: t.height,
    columns: t.width,
    steps: sn(t, e),
    lut: n,
    rowName: (a) => t.rowName(a),
    head: (a) => an(t, a),
    label: (a, r) => $(t.text(t.topId(a, r))),
    number: (a, r) => s(o[t.cell(a, r)]),
    tick: (a, r) => t.topId(a, r) === t.topId(i, r),
    describe: (a, r) => Kt(t, a, r)
  };
}
const ye = (t, e, n, o) => t.input(e)?.bytes === n.input(o)?.bytes;
function rn(t, e, n) {
  const o = n === null ? cn(t, e) : un(t.width, e.width, n), s = (r) => r.rows.map((l, c) => r.rowName(c)).join(), i = s(t) !== s(e), a = t.rows.map((r, l) => i ? ln(t, e, l) : l);
  return { columns: o, rows: a, byDepth: i, common: xe(t, e) };
}
function ln(t, e, n) {
  const o = (i, a) => ((i.rows[a]?.layer ?? 0) + 1) / Math.max(1, i.info.model.layers);
  let s = 0;
  for (let i = 1; i < e.height; i++)
    Math.abs(o(e, i) - o(t, n)) <= Math.abs(o(e, s) - o(t, n)) && (s = i);
  return s;
}
function xe(t, e) {
  let n = 0;
  for (; n < t.width && n < e.width && ye(t, n, e, n); ) n++;
  return n;
}
function cn(t, e) {
  const n = xe(t, e), o = Math.min(t.width, e.width);
  let s = 0;
  for (; n + s < o && ye(t, t.width - 1 - s, e, e.width - 1 - s); ) s++;
  const i = [], [a, r] = [t.width - s, e.width - s];
  for (let l = 0; l < n; l++) i.push({ a: l, b: l });
  for (let l = n; l < a || l < r; l++) i.push({ a: l < a ? l : null, b: l < r ? l : null });
  for (let l = 0; l < s; l++) i.push({ a: a + l, b: r + l });
  return i;
}
function un(t, e, n) {
  const o = [];
  for (let s = Math.min(0, -n); s < Math.max(t, e - n); s++) {
    const i = s + n, a = { a: s >= 0 && s < t ? s : null, b: i >= 0 && i < e ? i : null };
    (a.a !== null || a.b !== null) && o.push(a);
  }
  return o;
}
const ot = 8;
let hn = 0;
class fn {
  constructor(e, n) {
    this.source = n, this.reading = M(e), this.cursor = M({ row: e.lastRow, column: e.blank() }), this.watched = M(dn(e)), this.shown = C(() => this.pinned.value ? this.cursor.value : this.hover.value ?? this.cursor.value), this.alignment = C(() => {
      const o = this.other.value;
      return o && rn(this.reading.value, o, this.shift.value);
    }), this.shade = C(() => {
      const o = this.theme.value;
      return o === "auto" ? this.systemDark.value ? "dark" : "light" : o;
    });
  }
  /** Tells the ids of one viewer in a page from another's. */
  uid = `v${++hn}`;
  reading;
  other = M(null);
  view = M("heatmap");
  metric = M("rank");
  theme = M("auto");
  systemDark = M(!1);
  ramp = M(Ve);
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
    const o = this.reading.peek(), s = (i, a) => Math.max(0, Math.min(a - 1, i));
    this.cursor.value = { row: s(e, o.height), column: s(n, o.width) };
  }
  /** Watches a token, or stops watching it. */
  toggleWatch(e) {
    const n = this.watched.peek(), o = n.filter((s) => s.id !== e.id);
    if (o.length === n.length && n.length >= ot) {
      this.message.value = `At most ${ot} tokens can be told apart: stop watching one first.`;
      return;
    }
    this.watched.value = o.length < n.length ? o : [...n, e];
  }
  isWatched(e) {
    return this.watched.value.some((n) => n.id === e);
  }
}
function dn(t) {
  const e = t.watched.map((s) => s.ids[0]), n = t.top(t.lastRow, t.blank()).slice(0, 3).map((s) => s.id);
  return [...new Set(e.length ? e : n)].slice(0, ot).map((s) => ({ id: s, text: t.text(s) }));
}
function $e(t, e, n) {
  for (const [o, s] of Object.entries(e))
    s == null || s === !1 || (typeof s == "function" ? t.addEventListener(o.slice(2), s) : t.setAttribute(o, s === !0 ? "" : String(s)));
  for (const o of n) o != null && o !== !1 && t.append(o);
}
function f(t, e = {}, ...n) {
  const o = document.createElement(t);
  return $e(o, e, n), o;
}
function st(t, e = {}, ...n) {
  const o = document.createElementNS("http://www.w3.org/2000/svg", t);
  return $e(o, e, n), o;
}
const L = (t) => f("bdi", { class: "f-token" }, t), pn = {
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
function B(t) {
  return st(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "f-icon" },
    st("path", { d: pn[t] })
  );
}
const Z = 4096, Me = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif', Se = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', St = (t) => `${t.italic ? "italic " : ""}${t.bold ? "600 " : ""}${t.size}px ${t.mono ? Se : Me}`;
function Lt(t, e) {
  t.textBaseline = "middle";
  for (const n of e)
    switch (n.op) {
      case "rect":
        mn(t, n);
        break;
      case "text":
        t.font = St(n), t.fillStyle = n.fill, t.textAlign = n.align ?? "left", t.fillText(n.text, n.x, n.y);
        break;
      case "path":
      case "lines":
        wn(t, n);
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
function mn(t, e) {
  t.beginPath(), e.round ? t.roundRect(e.x, e.y, e.w, e.h, e.round) : t.rect(e.x, e.y, e.w, e.h), e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash([]), t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function wn(t, e) {
  t.beginPath();
  const n = e.op === "lines" ? 4 : e.points.length;
  for (let o = 0; o < e.points.length; o += n)
    for (let s = o; s < o + n; s += 2) {
      const [i, a] = [e.points[s], e.points[s + 1]];
      s === o ? t.moveTo(i, a) : t.lineTo(i, a);
    }
  e.op === "path" && e.close && t.closePath(), e.op === "path" && e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash(e.op === "path" ? e.dash ?? [] : []), t.lineJoin = "round", t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function gn(t, e) {
  t.imageSmoothingEnabled = !1;
  const n = e.r1 - e.r0;
  for (let o = e.c0; o < e.c1; ) {
    const s = Math.floor(o / Z), i = Math.min(e.c1, (s + 1) * Z), a = e.image.tiles[s], r = e.x + (o - e.c0) * e.w;
    a && t.drawImage(a, o - s * Z, e.r0, i - o, n, r, e.y, (i - o) * e.w, n * e.h), o = i;
  }
}
function vn(t, e, n, o, s) {
  const i = parseInt(s.slice(1), 16), a = (255 << 24 | (i & 255) << 16 | i & 65280 | i >> 16) >>> 0, r = [];
  for (let l = 0; l < t; l += Z) {
    const c = Math.min(Z, t - l), d = document.createElement("canvas");
    d.width = c, d.height = e;
    const u = d.getContext("2d");
    if (u) {
      const h = u.createImageData(c, e), p = new Uint32Array(h.data.buffer);
      for (let w = 0; w < e; w++)
        for (let m = 0; m < c; m++) {
          const g = n[w * t + l + m];
          p[w * c + m] = g < 0 ? a : o.packed[g];
        }
      u.putImageData(h, 0, 0);
    }
    r.push(d);
  }
  return { columns: t, rows: e, tiles: r, step: (l, c) => n[l * t + c], lut: o, blank: s };
}
function Tt(t, e, n) {
  const o = window.devicePixelRatio || 1, [s, i] = [Math.round(e * o), Math.round(n * o)];
  return t.width === s && t.height === i ? !1 : (t.width = s, t.height = i, t.style.width = `${e}px`, t.style.height = `${n}px`, !0);
}
let mt = null;
const wt = /* @__PURE__ */ new Map();
function ht(t, e) {
  const n = `${St(e)}\0${t}`;
  let o = wt.get(n);
  if (o === void 0) {
    if (mt ??= document.createElement("canvas").getContext("2d"), !mt) return t.length * e.size * 0.6;
    mt.font = St(e), o = mt.measureText(t).width, wt.size > 2e5 && wt.clear(), wt.set(n, o);
  }
  return o;
}
const Zt = typeof Intl < "u" && "Segmenter" in Intl ? new Intl.Segmenter() : null, gt = /* @__PURE__ */ new Map();
function it(t, e, n) {
  if (ht(t, n) <= e) return t;
  const o = `${e}\0${St(n)}\0${t}`;
  let s = gt.get(o);
  if (s === void 0) {
    const i = Zt ? Array.from(Zt.segment(t), (l) => l.segment) : Array.from(t);
    let [a, r] = [0, i.length];
    for (; a < r; ) {
      const l = a + r + 1 >> 1;
      ht(`${i.slice(0, l).join("")}…`, n) <= e ? a = l : r = l - 1;
    }
    s = a > 0 ? `${i.slice(0, a).join("")}…` : "", gt.size > 1e5 && gt.clear(), gt.set(o, s);
  }
  return s;
}
const Qt = (t) => t.replace(/[&<>"]/g, (e) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[e]), N = (t) => String(Math.round(t * 100) / 100);
function bn(t, e, n, o, s) {
  let i = 0;
  const a = t.map((r) => {
    switch (r.op) {
      case "rect":
        return `<rect x="${N(r.x)}" y="${N(r.y)}" width="${N(r.w)}" height="${N(r.h)}"${r.round ? ` rx="${r.round}"` : ""} fill="${r.fill ?? "none"}"${r.stroke ? ` stroke="${r.stroke}" stroke-width="${r.line ?? 1}"` : ""}/>`;
      case "text": {
        const l = { left: "start", center: "middle", right: "end" }[r.align ?? "left"], c = `${r.bold ? ' font-weight="600"' : ""}${r.italic ? ' font-style="italic"' : ""}${r.mono ? ' class="m"' : ""}`;
        return `<text x="${N(r.x)}" y="${N(r.y)}" font-size="${r.size}" fill="${r.fill}" text-anchor="${l}"${c}>${Qt(r.text)}</text>`;
      }
      case "path": {
        const l = r.dash?.length ? ` stroke-dasharray="${r.dash.join(" ")}"` : "";
        return `<path d="${r.points.map((d, u) => `${u === 0 ? "M" : u % 2 ? " " : "L"}${N(d)}`).join("")}${r.close ? "z" : ""}" fill="${r.fill ?? "none"}" stroke="${r.stroke ?? "none"}" stroke-width="${r.line ?? 1}" stroke-linejoin="round"${l}/>`;
      }
      case "lines":
        return `<path d="${r.points.map((c, d) => `${d % 4 === 0 ? "M" : d % 4 === 2 ? "L" : " "}${N(c)}`).join("")}" fill="none" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "circle":
        return `<circle cx="${N(r.x)}" cy="${N(r.y)}" r="${r.r}" fill="${r.fill}" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "cells":
        return kn(r);
      case "clip":
        return i++, `<clipPath id="c${i}"><rect x="${N(r.x)}" y="${N(r.y)}" width="${N(r.w)}" height="${N(r.h)}"/></clipPath><g clip-path="url(#c${i})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${N(e)}" height="${N(n)}" viewBox="0 0 ${N(e)} ${N(n)}" font-family='${Me}'>
<title>${Qt(s)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${Se}}</style>
<rect width="100%" height="100%" fill="${o}"/>
${a.join(`
`)}
</svg>
`;
}
function kn(t) {
  const e = [];
  for (let n = t.r0; n < t.r1; n++)
    for (let o = t.c0; o < t.c1; o++) {
      const s = t.image.step(n, o);
      if (s < 0) continue;
      const [i, a] = [t.x + (o - t.c0) * t.w, t.y + (n - t.r0) * t.h];
      e.push(`<rect x="${N(i)}" y="${N(a)}" width="${N(t.w)}" height="${N(t.h)}" fill="${t.image.lut.css[s]}"/>`);
    }
  return e.join(`
`);
}
function Ee(t, e) {
  const n = document.createElement("a"), o = URL.createObjectURL(t);
  n.href = o, n.download = e, n.click(), setTimeout(() => URL.revokeObjectURL(o), 1e4);
}
const te = 26;
function Ae(t, e, n) {
  const o = { op: "text", x: 8, y: t.height + te / 2, text: e, size: 11, fill: n };
  return { ...t, height: t.height + te, ops: [...t.ops, o] };
}
function yn(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = Ae(t, n, s);
  Ee(new Blob([bn(i, a, r, o, n)], { type: "image/svg+xml" }), `${e}.svg`);
}
function xn(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = Ae(t, n, s), l = 2, c = document.createElement("canvas");
  c.width = a * l, c.height = r * l;
  const d = c.getContext("2d");
  d && (d.scale(l, l), d.fillStyle = o, d.fillRect(0, 0, a, r), Lt(d, i), c.toBlob((u) => u && Ee(u, `${e}.png`)));
}
function $n(t) {
  return C(() => {
    const e = t.find.value.toLowerCase();
    if (!e) return null;
    const n = t.reading.value, o = Ne(t, e);
    return (s, i) => o.has(n.topId(s, i));
  });
}
const jt = (t, e) => t.toLowerCase().includes(e) || F(t).toLowerCase().includes(e);
function Ne(t, e) {
  const n = /* @__PURE__ */ new Set();
  for (const [o, s] of t.reading.value.vocabulary) jt(s, e) && n.add(o);
  return n;
}
function Mn(t, e = !1) {
  const n = t.find.peek().toLowerCase();
  if (!n) return !1;
  const o = t.reading.peek(), s = Ne(t, n), { row: i, column: a } = t.cursor.peek(), r = o.width * o.height, l = a * o.height + i;
  for (let c = 1; c <= r; c++) {
    const d = (l + (e ? r - c : c)) % r, [u, h] = [Math.floor(d / o.height), d % o.height];
    if (h === o.lastRow && (jt(o.input(u)?.text ?? "", n) || jt(o.targetText(u), n)) || s.has(o.topId(h, u)))
      return t.move(h, u), !0;
  }
  return t.message.value = `Nothing holds “${F(t.find.peek())}”.`, !1;
}
const Sn = 250;
function En(t) {
  const e = f("div", { class: "f-legend-bar" }), n = f("div", { class: "f-legend-marks" }), o = f("span", { class: "f-legend-beyond" }), s = f("div", { class: "f-legend" }, f("div", { class: "f-legend-scale" }, e, n), o), i = x(() => {
    const a = t.metric.value, r = et(t.ramp.value, t.shade.value).css, l = Qe(a, t.reading.value), c = Array.from({ length: 17 }, (h, p) => r[255 - Math.round(p * 255 / 16)]);
    e.style.background = `linear-gradient(to right, ${c.join(", ")})`;
    const u = l.ticks.filter((h, p) => {
      const w = l.ticks[p - 1];
      return !w || (w.strength - h.strength) * Sn > (w.label.length + h.label.length) / 2 * 6 + 4;
    }).map(({ label: h, strength: p }) => {
      const w = f("span", {}, h);
      return w.style.left = `${(1 - p) * 100}%`, w;
    });
    n.replaceChildren(...u), o.textContent = l.blank, s.title = q[a].describe, s.setAttribute("role", "img"), s.setAttribute("aria-label", `Colour shows the ${q[a].describe}, ${a === "logit" ? "" : "on a fixed scale; "}${l.blank}`);
  });
  return { element: s, dispose: i };
}
function Le(t) {
  const { model: e, lens: n, precision: o, sampling: s } = t.info, i = s ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[s.method] : null;
  return [`${e.name}`, `${e.weights} weights, ${o}`, `${n.kind} lens, ${n.norm}`, i].filter((r) => r).map((r) => F(r)).join(" · ");
}
function An(t) {
  const e = (a) => t.tokens.filter((r) => a.includes(r.origin)).map((r) => r.text).join(""), n = (a, r) => a.length > r ? `${Array.from(a).slice(0, r).join("")}…` : a, o = (a) => a.split(" ").map(F).join(" "), s = L(o(n(e(["prompt"]) || e(["template"]), 160))), i = L(o(n(e(["output"]), 120)));
  return i.classList.add("f-output"), [s, i];
}
function Nn(t, e) {
  const n = f("h1", { class: "f-title" }), o = f("p", { class: "f-sub" }), s = f("input", {
    class: "f-search",
    type: "search",
    placeholder: "Find a token  /",
    "aria-label": "Find a token",
    spellcheck: "false",
    autocomplete: "off"
  });
  s.addEventListener("input", () => t.find.value = s.value), s.addEventListener("keydown", (l) => {
    l.key === "Enter" && Mn(t, l.shiftKey), l.key === "Escape" && (t.find.value = "", s.blur());
  });
  const i = f(
    "header",
    { class: "f-header" },
    f("div", { class: "f-titles" }, n, o),
    f("div", { class: "f-tools" }, s, Ln(t), Tn(t, e.drawing), f("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: e.help }, B("help")))
  ), a = [
    x(() => {
      const l = t.reading.value;
      n.replaceChildren(...An(l)), o.textContent = Le(l);
    }),
    x(() => {
      s.value !== t.find.value && (s.value = t.find.value);
    })
  ];
  return { element: i, find: () => {
    s.focus(), s.select();
  }, dispose: () => a.forEach((l) => l()) };
}
function Ln(t) {
  const e = { auto: "light", light: "dark", dark: "auto" }, n = { auto: "as the system", light: "light", dark: "dark" }, o = f("button", { class: "f-button f-quiet", type: "button", onclick: () => t.theme.value = e[t.theme.peek()] });
  return x(() => {
    const s = t.theme.value;
    o.replaceChildren(B(s === "auto" ? "auto" : s === "light" ? "sun" : "moon")), o.title = `Theme: ${n[s]}`, o.setAttribute("aria-label", o.title);
  }), o;
}
function Tn(t, e) {
  const n = () => t.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading", o = (r) => () => {
    a.open = !1;
    const l = e();
    if (!l) {
      t.message.value = "The table is no drawing: copy it instead.";
      return;
    }
    const c = z(t.shade.peek());
    r(l, `${n()}-${t.view.peek()}`, Le(t.reading.peek()), c.surface, c.muted);
  }, s = (r, l) => f("button", { class: "f-button f-quiet", type: "button", onclick: l }, r), i = f("select", { class: "f-select", "aria-label": "Colours", onchange: () => t.ramp.value = i.value }, ...Dt.map((r) => f("option", { value: r }, r)));
  x(() => {
    i.value = t.ramp.value;
  });
  const a = f(
    "details",
    { class: "f-menu" },
    f("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, B("save")),
    f("div", { class: "f-menu-list" }, s("Save view as SVG", o(yn)), s("Save view as PNG", o(xn)), f("label", { class: "f-field" }, "Colours", i))
  );
  return a.addEventListener("focusout", (r) => {
    r.relatedTarget instanceof Node && a.contains(r.relatedTarget) || (a.open = !1);
  }), a;
}
const ee = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];
function Cn(t, e) {
  const n = new Map(ee.map(([u, h]) => [u, f("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${u}-${t.uid}`, onclick: () => t.view.value = u }, h)])), o = f("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...n.values());
  o.addEventListener("keydown", (u) => {
    const h = { ArrowRight: 1, ArrowLeft: -1 }[u.key];
    if (!h) return;
    const p = ee.map(([m]) => m).filter((m) => !n.get(m).hidden), w = p[(p.indexOf(e.peek()) + h + p.length) % p.length];
    t.view.value = w, n.get(w)?.focus(), u.preventDefault(), u.stopPropagation();
  });
  const s = f("select", { class: "f-select", onchange: () => t.metric.value = s.value }, ...J.map((u) => f("option", { value: u }, q[u].name))), i = En(t), a = (u) => t.zoom.value = u === 0 ? 0 : Math.max(-16, Math.min(6, t.zoom.peek() + u)), r = f(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    f("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => a(-1) }, B("minus")),
    f("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => a(1) }, B("plus"))
  ), l = f("div", { class: "f-colour" }, f("label", { class: "f-field" }, "Colour", s), i.element, r), c = f("nav", { class: "f-bar", "aria-label": "Views and colour" }, o, l), d = [
    x(() => {
      const u = e.value;
      for (const [h, p] of n)
        p.setAttribute("aria-selected", String(h === u)), p.tabIndex = h === u ? 0 : -1, h === u ? p.setAttribute("aria-controls", `f-panel-${h}-${t.uid}`) : p.removeAttribute("aria-controls");
      l.classList.toggle("f-off", u === "watch" || u === "table");
    }),
    x(() => {
      n.get("compare").hidden = !t.other.value;
    }),
    x(() => {
      s.value = t.metric.value;
    })
  ];
  return { element: c, dispose: () => [...d, i.dispose].forEach((u) => u()) };
}
function Rn(t) {
  const n = t.reading.peek().info.lens.kind === "raw" ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last." : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.", o = f("footer", { class: "f-honest" }, f("p", {}, n));
  return o.append(f("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => o.remove() }, B("close"))), o;
}
const Pn = [
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
function Bn(t) {
  return t instanceof Element && t.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
function In(t, e, n) {
  if (n.defaultPrevented || Bn(n.target) || n.altKey || n.metaKey || n.ctrlKey && n.key !== "Home" && n.key !== "End") return !1;
  const o = n.target instanceof Element ? n.target.closest("button, a, summary, [role=tab], [role=radio], aside, table") : null;
  if (On(t, n, o)) return !0;
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
      const s = J.indexOf(t.metric.peek()) + (n.shiftKey ? -1 : 1);
      return t.metric.value = J[(s + J.length) % J.length] ?? "rank", !0;
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
function On(t, e, n) {
  if (n) return !1;
  const { row: o, column: s } = t.cursor.peek(), { width: i, height: a } = t.reading.peek(), l = {
    ArrowLeft: [o, s - 1],
    ArrowRight: [o, s + 1],
    ArrowUp: [o - 1, s],
    ArrowDown: [o + 1, s],
    Home: e.ctrlKey ? [0, 0] : [o, 0],
    End: e.ctrlKey ? [a - 1, i - 1] : [o, i - 1],
    PageUp: [o - 10, s],
    PageDown: [o + 10, s]
  }[e.key];
  if (!l) return !1;
  t.hover.value = null, t.move(...l);
  const c = t.cursor.peek();
  return t.message.value = Kt(t.reading.peek(), c.row, c.column), !0;
}
function jn() {
  const t = Pn.map(([n, o]) => {
    const s = n.split(" ").map((i) => i === "to" ? " to " : f("kbd", {}, i.replace(/,$/, "")));
    return f("tr", {}, f("th", { scope: "row" }, ...s), f("td", {}, o));
  }), e = f(
    "dialog",
    { class: "f-help", "aria-label": "Keys" },
    f(
      "div",
      { class: "f-help-head" },
      f("h2", {}, "Keys"),
      f("button", { class: "f-button f-quiet", type: "button", "aria-label": "Close", onclick: () => e.close() }, B("close"))
    ),
    f("table", {}, f("tbody", {}, ...t)),
    f("p", { class: "f-soft" }, "Ctrl and the wheel zoom. The address names what you see: copy it to share the place.")
  );
  return e;
}
const Wn = ["heatmap", "watch", "compare", "table"], _n = ["auto", "light", "dark"], Dn = ["rank", "prob", "logit"];
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
    ["ramp", t.ramp.value === Dt[0] ? null : t.ramp.value],
    ["theme", t.theme.value === "auto" ? null : t.theme.value]
  ].flatMap(([i, a]) => a === null ? [] : [`${i}=${encodeURIComponent(a).replace(/%2C/g, ",")}`]).join("&");
}
function ne(t, e) {
  const n = new URLSearchParams(e.replace(/^#/, "")), o = (u, h, p) => {
    const w = n.get(u);
    w !== null && h.includes(w) && p(w);
  };
  o("view", Wn, (u) => t.view.value = u === "compare" && !t.other.peek() ? "heatmap" : u), o("metric", J, (u) => t.metric.value = u), o("theme", _n, (u) => t.theme.value = u), o("ramp", Dt, (u) => t.ramp.value = u), o("scale", Dn, (u) => t.watchScale.value = u);
  const s = t.reading.peek(), [i, a] = (n.get("at") ?? "").split(","), r = s.rows.findIndex((u, h) => s.rowName(h) === i), l = s.positions.indexOf(Number(a));
  r >= 0 && l >= 0 && t.move(r, l), n.has("at") && (t.pinned.value = n.get("pin") === "1");
  const c = (u, h, p) => {
    const w = n.get(u);
    return w !== null && /^-?\d{1,4}$/.test(w) ? Math.max(h, Math.min(p, Number(w))) : null;
  };
  t.zoom.value = c("zoom", -16, 6) ?? t.zoom.peek(), t.shift.value = c("shift", -9999, 9999);
  const d = n.get("watch");
  if (d !== null) {
    const u = d.split(",").filter((h) => /^\d{1,9}$/.test(h)).map(Number).slice(0, ot);
    t.watched.value = [...new Set(u)].map((h) => ({ id: h, text: s.text(h) }));
  }
}
function Kn(t) {
  ne(t, location.hash);
  let e = 0, n = "";
  const o = x(() => {
    n = Fn(t), clearTimeout(e), e = window.setTimeout(() => history.replaceState(history.state, "", `#${n}`), 250);
  }), s = () => {
    location.hash !== `#${n}` && ne(t, location.hash);
  };
  return window.addEventListener("hashchange", s), () => {
    o(), clearTimeout(e), window.removeEventListener("hashchange", s);
  };
}
function Un(t, e) {
  const n = window.matchMedia("(prefers-color-scheme: dark)"), o = () => e.systemDark.value = n.matches;
  o(), n.addEventListener("change", o);
  const s = x(() => {
    const i = e.shade.value;
    for (const [a, r] of Object.entries(z(i))) t.style.setProperty(`--f-${a}`, r);
    ve(i).forEach((a, r) => t.style.setProperty(`--f-series-${r}`, a)), t.dataset.shade = i, t.style.colorScheme = i;
  });
  return () => {
    s(), n.removeEventListener("change", o);
  };
}
const Te = { index: "", input: "", target: "", origin: "special", argmax: !1 };
function oe(t, e, n, o, s) {
  const i = Mt(t, o, s), a = nt(t, o), r = Ft(o, t), l = new Int16Array(n.length * e.length).fill(-1);
  n.forEach((d, u) => {
    e.forEach((h, p) => {
      h !== null && (l[u * e.length + p] = Nt(r(a[t.cell(d, h)])));
    });
  });
  const c = (d, u, h, p) => {
    const w = e[u];
    return w == null ? p : h(n[d], w);
  };
  return {
    rows: n.length,
    columns: e.length,
    steps: l,
    lut: s,
    rowName: (d) => i.rowName(n[d]),
    head: (d) => c(0, d, (u, h) => i.head(h), Te),
    label: (d, u) => c(d, u, i.label, ""),
    number: (d, u) => c(d, u, i.number, ""),
    tick: (d, u) => c(d, u, i.tick, !1),
    describe: (d, u) => c(d, u, i.describe, "no such position in this reading")
  };
}
const Ut = {
  rank: { most: 3, low: "÷1000", high: "×1000", unit: "rank in B against A" },
  prob: { most: 1, low: "−100", high: "+100", unit: "probability, points, B less A" },
  logit: { most: 32, low: "−32", high: "+32", unit: "logit, B less A" },
  entropy: { most: 16, low: "−16", high: "+16", unit: "entropy, bits, B less A" },
  kl: { most: 16, low: "−16", high: "+16", unit: "KL, bits, B less A" },
  surprisal: { most: 16, low: "−16", high: "+16", unit: "surprisal, bits, B less A" }
}, qn = (t, e, n) => t === "rank" ? Math.log10(n / e) : n - e;
function Hn(t, e) {
  const n = Math.max(-1, Math.min(1, e / Ut[t].most));
  return t === "rank" ? n : Math.sign(n) * Math.sqrt(Math.abs(n));
}
function Gn(t, e) {
  if (Number.isNaN(e)) return "–";
  if (t === "rank") {
    const s = 10 ** Math.abs(e);
    return s < 1.05 ? s === 1 ? "=" : "≈" : `${e < 0 ? "÷" : "×"}${s >= 100 ? Math.round(s) : +s.toPrecision(2)}`;
  }
  const n = t === "prob" ? e * 100 : e, o = t === "prob" ? Math.abs(n).toFixed(1) : P(Math.abs(n));
  return Number(o) === 0 ? "0" : `${n < 0 ? "−" : "+"}${o}`;
}
function Vn(t, e, n, o, s) {
  const { columns: i, rows: a } = n, [r, l] = [nt(t, o), nt(e, o)], c = q[o].ofTarget, d = i.map((g) => g.a === null || g.b === null ? !1 : !c || t.targetText(g.a) === e.targetText(g.b)), u = (g, v) => {
    const b = i[v];
    return !b || b.a === null || b.b === null || !d[v] ? NaN : qn(o, r[t.cell(g, b.a)], l[e.cell(a[g], b.b)]);
  }, h = new Int16Array(a.length * i.length);
  for (let g = 0; g < a.length; g++)
    for (let v = 0; v < i.length; v++) {
      const b = u(g, v);
      h[g * i.length + v] = Number.isNaN(b) ? -1 : Nt((Hn(o, b) + 1) / 2);
    }
  const p = (g, v) => {
    const b = i[v];
    return !b || b.a === null ? "only in B" : b.b === null ? "only in A" : d[v] ? Gn(o, u(g, v)) : "≠ next";
  }, w = Mt(t, o, s), m = Mt(e, o, s);
  return {
    rows: a.length,
    columns: i.length,
    steps: h,
    lut: s,
    rowName: (g) => w.rowName(g),
    head: (g) => {
      const v = i[g];
      return v && v.a !== null ? w.head(v.a) : v && v.b !== null ? m.head(v.b) : Te;
    },
    label: p,
    number: () => "",
    tick: () => !1,
    describe: (g, v) => `${w.rowName(g)}: ${Ut[o].unit}: ${p(g, v)}`
  };
}
const se = 58, Ce = 2, Xn = 220, _ = (t, e, n) => Math.max(e, Math.min(n, t)), Jn = (t, e) => _(Math.round(t * 1.25 ** e), Ce, Xn);
function Yn(t, e, n, o) {
  let s = 0;
  for (let l = 0; l < t.rows; l++) s = Math.max(s, ht(t.rowName(l), { size: 12 }));
  const i = Math.ceil(s) + 22, a = Math.floor((e - i) / Math.max(1, t.columns)), r = Math.floor((n - se) / Math.max(1, t.rows));
  return {
    w: Jn(_(a, 72, 128), o),
    // Zoomed out, rows shrink only as far as they must for all to be in view.
    h: o < 0 ? _(r, 4, 40) : _(Math.round(_(r, 19, 40) * 1.12 ** o), Ce, 64),
    left: i,
    top: se,
    width: e,
    height: n
  };
}
const bt = (t, e) => ({
  width: e.left + t.columns * e.w,
  height: e.top + t.rows * e.h
});
function Zn(t, e, n) {
  return {
    r0: _(Math.floor(n.y / e.h), 0, t.rows),
    r1: _(Math.ceil((n.y + e.height - e.top) / e.h), 0, t.rows),
    c0: _(Math.floor(n.x / e.w), 0, t.columns),
    c1: _(Math.ceil((n.x + e.width - e.left) / e.w), 0, t.columns)
  };
}
function Qn(t, e, n, o, s) {
  const i = o < e.left ? -1 : Math.floor((o - e.left + n.x) / e.w), a = s < e.top ? -1 : Math.floor((s - e.top + n.y) / e.h);
  return a < t.rows && i < t.columns ? { row: a, column: i } : null;
}
function to(t, e, n, o, s) {
  const i = (a, r, l, c, d) => {
    const u = Math.min(l, Math.max(0, (d - l) / 2)), h = Math.max(0, r * l - d);
    return a * l < c + u ? Math.max(0, Math.min(h, a * l - u)) : (a + 1) * l > c + d - u ? Math.min(h, (a + 1) * l - d + u) : c;
  };
  return {
    x: i(s, t.columns, e.w, n.x, e.width - e.left),
    y: i(o, t.rows, e.h, n.y, e.height - e.top)
  };
}
const rt = 44;
function eo(t, e, n, o, s, i) {
  const a = f("canvas", { class: "f-minimap", "aria-hidden": "true" }), r = f("div", { class: "f-minimap-box" }, a);
  let l = 0;
  const c = () => {
    l = 0;
    const [h, p, w] = [n.peek(), s.peek(), a.getContext("2d")];
    if (!h || !w) return;
    const m = h.width;
    Tt(a, m, rt);
    const g = a.width / m, v = z(t.shade.peek());
    w.setTransform(g, 0, 0, g, 0, 0), w.fillStyle = v.surface, w.fillRect(0, 0, m, rt), w.imageSmoothingEnabled = p.columns > m, p.tiles.forEach((G, dt) => {
      const We = dt * Z * m / p.columns;
      w.drawImage(G, We, 0, G.width * m / p.columns, rt);
    });
    const b = bt(e.peek(), h), [k, y] = [b.width - h.left, b.height - h.top], A = o.peek(), E = [
      A.x / k * m,
      A.y / y * rt,
      Math.max(6, Math.min(1, (h.width - h.left) / k) * m),
      Math.max(6, Math.min(1, (h.height - h.top) / y) * rt)
    ];
    w.strokeStyle = v.surface, w.lineWidth = 5, w.strokeRect(E[0] + 1.5, E[1] + 1.5, E[2] - 3, E[3] - 3), w.strokeStyle = v.focus, w.lineWidth = 2, w.strokeRect(E[0] + 1.5, E[1] + 1.5, E[2] - 3, E[3] - 3);
  }, d = x(() => {
    const h = n.value;
    o.value, t.shade.value;
    const p = e.value;
    if (!h) return;
    const w = bt(p, h), m = w.width > h.width * 1.5 || w.height > h.height * 1.5;
    r.hidden = !m, m && !l && (l = requestAnimationFrame(c));
  }), u = (h) => {
    const p = n.peek();
    if (!p || h.buttons === 0) return;
    const w = bt(e.peek(), p), m = a.getBoundingClientRect(), [g, v] = [p.width - p.left, p.height - p.top], b = (k, y, A) => Math.max(0, Math.min(y - A, k * y - A / 2));
    i({
      x: b((h.clientX - m.left) / m.width, w.width - p.left, g),
      y: b((h.clientY - m.top) / m.height, w.height - p.top, v)
    });
  };
  return a.addEventListener("pointerdown", (h) => {
    a.setPointerCapture(h.pointerId), u(h);
  }), a.addEventListener("pointermove", u), {
    element: r,
    dispose() {
      d(), cancelAnimationFrame(l);
    }
  };
}
const D = 12, no = 9.5;
function oo(t, e, n, o, s, i) {
  const a = Zn(t, n, o), r = [], { left: l, top: c, w: d, h: u, width: h, height: p } = n, w = (v) => l + v * d - o.x, m = (v) => c + v * u - o.y;
  r.push({ op: "clip", x: l, y: c, w: h - l, h: p - c }), r.push({ op: "cells", image: e, ...a, x: w(a.c0), y: m(a.r0), w: d, h: u }), so(r, a, n, w, m, s), io(r, t, a, n, w, m, s), i.found && ao(r, a, i.found, w, m, d, u, s);
  const g = (v, b, k) => {
    if (!v || v.row < 0 || v.column < 0) return;
    const y = Math.min(d, u) < 16 ? -2.5 : k / 2 - 0.5;
    r.push({ op: "rect", x: w(v.column) + y, y: m(v.row) + y, w: d - 2 * y, h: u - 2 * y, stroke: b, line: k, round: 2 });
  };
  return i.pinned || g(i.hover, s.text, 1.5), g(i.cursor, s.surface, 4.5), g(i.cursor, i.pinned || i.focused ? s.focus : s.accent, i.pinned ? 3 : 2), r.push({ op: "unclip" }), ro(r, t, a, n, m, s, i), lo(r, t, a, n, w, s, i), r;
}
function so(t, e, n, o, s, i) {
  const a = [];
  if (n.w >= 12)
    for (let r = e.c0; r <= e.c1; r++) a.push(o(r) - 0.5, s(e.r0), o(r) - 0.5, s(e.r1));
  if (n.h >= 8)
    for (let r = e.r0; r <= e.r1; r++) a.push(o(e.c0), s(r) - 0.5, o(e.c1), s(r) - 0.5);
  a.length && t.push({ op: "lines", points: a, stroke: i.surface, line: 1 });
}
function io(t, e, n, o, s, i, a) {
  const { w: r, h: l } = o;
  if (r < 30 || l < 13) return;
  const c = l >= 30;
  for (let d = n.r0; d < n.r1; d++)
    for (let u = n.c0; u < n.c1; u++) {
      const h = e.steps[d * e.columns + u], p = h < 0 ? a.muted : e.lut.ink[h], w = it(e.label(d, u), r - 12, { size: D, mono: !0 }), [m, g] = [s(u), i(d) + l / 2];
      if (w && t.push({ op: "text", x: m + 6, y: g - (c ? 6.5 : 0), text: w, size: D, fill: p, mono: !0 }), c && t.push({ op: "text", x: m + 6, y: g + 8, text: e.number(d, u), size: no, fill: p }), e.tick(d, u)) {
        const [v, b] = [m + r - 1, i(d)];
        t.push({ op: "path", points: [v - 7, b, v, b, v, b + 7], fill: p, close: !0 });
      }
    }
}
function ao(t, e, n, o, s, i, a, r) {
  for (let l = e.r0; l < e.r1; l++)
    for (let c = e.c0; c < e.c1; c++)
      n(l, c) && t.push({ op: "rect", x: o(c) + 1, y: s(l) + 1, w: i - 3, h: a - 3, stroke: r.focus, line: 2, round: 2 });
}
function ro(t, e, n, o, s, i, a) {
  const { left: r, top: l, height: c, h: d } = o;
  t.push({ op: "rect", x: 0, y: l, w: r, h: c - l, fill: i.surface }), t.push({ op: "clip", x: 0, y: l, w: r, h: c - l });
  const u = Math.max(1, Math.ceil(14 / d)), h = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.row;
  for (let p = n.r0; p < n.r1; p++) {
    const w = p === h;
    p % u && !w && p !== e.rows - 1 || t.push({ op: "text", x: r - 9, y: s(p) + d / 2, text: e.rowName(p), size: 12, fill: w ? i.text : i.muted, bold: w, align: "right" });
  }
  t.push({ op: "unclip" });
}
function lo(t, e, n, o, s, i, a) {
  const { left: r, top: l, width: c, w: d } = o;
  t.push({ op: "rect", x: 0, y: 0, w: c, h: l, fill: i.surface }), t.push({ op: "text", x: r - 9, y: 13, text: "pos", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 29, text: "in", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 46, text: "next", size: 10, fill: i.muted, align: "right" }), t.push({ op: "clip", x: r, y: 0, w: c - r, h: l });
  const u = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.column, h = d >= 30, p = Math.max(1, Math.ceil(34 / d));
  for (let w = n.c0; w < n.c1; w++) {
    const m = e.head(w), g = w === u, v = s(w) + (h ? 6 : d / 2), b = h ? "left" : "center";
    (h || w % p === 0) && t.push({ op: "text", x: v, y: 13, text: m.index, size: 10, fill: g ? i.text : i.muted, bold: g, align: b });
    const k = m.origin === "special" || m.origin === "template";
    if (h) {
      const A = it(m.input, d - 10, { size: D, mono: !0 }), E = it(m.target, d - 10, { size: D, mono: !0, bold: !0 });
      t.push({ op: "text", x: v, y: 29, text: A, size: D, mono: !0, fill: k ? i.muted : i.text, italic: k }), t.push({ op: "text", x: v, y: 46, text: E, size: D, mono: !0, bold: !0, italic: m.argmax, fill: m.argmax ? i.muted : i.accent });
    }
    const y = m.origin === "output" ? i.accent : k ? i.sunken : i.line;
    t.push({ op: "rect", x: s(w), y: l - 3, w: Math.max(1, d - 1), h: 2, fill: y });
  }
  !h && u !== void 0 && u >= n.c0 && u < n.c1 && co(t, e, u, s(u) + d / 2, o, i), t.push({ op: "unclip" });
}
function co(t, e, n, o, s, i) {
  const a = e.head(n), r = [a.input, a.target].map((d) => ht(d, { size: D, mono: !0, bold: !0 })), l = Math.max(34, ...r.map((d) => d + 10)) / 2, c = Math.max(s.left + l, Math.min(s.width - l - 2, o));
  t.push({ op: "rect", x: c - l, y: 4, w: 2 * l, h: s.top - 8, fill: i.surface }), t.push({ op: "text", x: c, y: 13, text: a.index, size: 10, bold: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: c, y: 29, text: a.input, size: D, mono: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: c, y: 46, text: a.target, size: D, mono: !0, bold: !0, fill: i.accent, align: "center" });
}
function Re(t, e) {
  const { model: n } = e, o = e.toState ?? ((k) => k), s = e.fromState ?? ((k) => k), i = f("canvas", { class: "f-canvas", "aria-hidden": "true" }), a = f("div", { class: "f-sizer" }), r = f("div", { class: "f-hidden", role: "presentation" }), l = f("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": e.label }, i, a, r), c = M({ width: 0, height: 0 }), d = e.scroll ?? M({ x: 0, y: 0 }), u = M(!1), h = M(null), p = C(() => {
    const k = n.value;
    return vn(k.columns, k.rows, k.steps, k.lut, z(t.shade.value).surface);
  }), w = C(() => {
    const k = t.hover.value;
    return {
      cursor: s(t.cursor.value),
      hover: k && s(k),
      pinned: t.pinned.value,
      focused: u.value,
      found: e.found?.value ?? void 0
    };
  }), m = C(() => {
    const k = h.value;
    return k ? oo(n.value, p.value, k, d.value, z(t.shade.value), w.value) : [];
  }), g = eo(t, n, h, d, p, (k) => d.value = k), v = [
    uo(t, n, c, h, d, a),
    ho(t, i, h, m),
    fo(l, h, d),
    po(t, n, h, d, s),
    x(() => {
      l.setAttribute("aria-rowcount", String(n.value.rows + 1)), l.setAttribute("aria-colcount", String(n.value.columns + 1));
      const k = s(t.cursor.value);
      k && r.replaceChildren(...wo(n.value, k, l));
    }),
    g.dispose
  ];
  go(l, t, n, h, d, u, o);
  const b = new ResizeObserver(() => {
    c.value = { width: l.clientWidth, height: l.clientHeight };
  });
  return b.observe(l), {
    element: f("div", { class: "f-heatmap" }, l, g.element),
    drawing: () => ({ ops: m.value, width: h.peek()?.width ?? 0, height: h.peek()?.height ?? 0 }),
    focus: () => l.focus({ preventScroll: !0 }),
    dispose() {
      v.forEach((k) => k()), b.disconnect();
    }
  };
}
function uo(t, e, n, o, s, i) {
  return x(() => {
    const { width: a, height: r } = n.value;
    if (!a || !r) return;
    const l = e.value;
    o.value = Yn(l, a, r, t.zoom.value);
    const c = bt(l, o.value);
    i.style.width = `${c.width}px`, i.style.height = `${c.height}px`;
    const { x: d, y: u } = s.peek();
    s.value = { x: Math.max(0, Math.min(d, c.width - a)), y: Math.max(0, Math.min(u, c.height - r)) };
  });
}
function ho(t, e, n, o) {
  let s = 0;
  const i = () => {
    s = 0;
    const r = n.peek(), l = e.getContext("2d");
    if (!r || !l) return;
    Tt(e, r.width, r.height);
    const c = e.width / r.width;
    l.setTransform(c, 0, 0, c, 0, 0), l.fillStyle = z(t.shade.peek()).surface, l.fillRect(0, 0, r.width, r.height), Lt(l, o.peek());
  }, a = x(() => {
    n.value && o.value.length && !s && (s = requestAnimationFrame(i));
  });
  return () => {
    a(), cancelAnimationFrame(s);
  };
}
function fo(t, e, n) {
  return x(() => {
    const o = n.value;
    e.value, Math.abs(t.scrollLeft - o.x) > 1 && (t.scrollLeft = o.x), Math.abs(t.scrollTop - o.y) > 1 && (t.scrollTop = o.y);
  });
}
function po(t, e, n, o, s) {
  let i = null;
  return x(() => {
    const a = n.value, r = s(t.cursor.value);
    !a || !r || i && i.row === r.row && i.column === r.column || (i = r, o.value = to(e.peek(), a, o.peek(), r.row, r.column));
  });
}
let mo = 0;
function wo(t, e, n) {
  const o = t.head(e.column), s = String(e.column + 2), i = n.dataset.cell ??= `f-cell-${++mo}`;
  return n.setAttribute("aria-activedescendant", i), [
    f(
      "div",
      { role: "row", "aria-rowindex": "1" },
      f("span", { role: "columnheader", "aria-colindex": s }, `position ${o.index}, ${o.input}, next ${o.target}`)
    ),
    f(
      "div",
      { role: "row", "aria-rowindex": String(e.row + 2) },
      f("span", { role: "rowheader", "aria-colindex": "1" }, t.rowName(e.row)),
      f("span", { role: "gridcell", id: i, "aria-colindex": s, "aria-selected": "true" }, t.describe(e.row, e.column))
    )
  ];
}
function go(t, e, n, o, s, i, a) {
  const r = (c) => {
    const d = o.peek();
    if (!d) return null;
    const u = t.getBoundingClientRect(), h = Qn(n.peek(), d, s.peek(), c.clientX - u.left, c.clientY - u.top);
    return h && h.row >= 0 && h.column >= 0 ? a(h) : null;
  }, l = (c) => {
    const d = e.hover.peek();
    (d?.row !== c?.row || d?.column !== c?.column) && (e.hover.value = c);
  };
  t.addEventListener("scroll", () => {
    s.value = { x: t.scrollLeft, y: t.scrollTop };
  }, { passive: !0 }), t.addEventListener("pointermove", (c) => l(r(c))), t.addEventListener("pointerleave", () => l(null)), t.addEventListener("focus", () => i.value = !0), t.addEventListener("blur", () => i.value = !1), t.addEventListener("click", (c) => {
    const d = r(c);
    if (!d) return;
    const { row: u, column: h } = e.cursor.peek(), p = d.row === u && d.column === h;
    e.pinned.value = !(p && e.pinned.peek()), e.move(d.row, d.column);
  }), t.addEventListener("wheel", (c) => {
    !c.ctrlKey && !c.metaKey || (c.preventDefault(), e.zoom.value = Math.max(-16, Math.min(6, e.zoom.peek() - Math.sign(c.deltaY))));
  }, { passive: !1 });
}
function vo(t) {
  const e = C(() => t.other.value ?? t.reading.value), n = C(() => t.alignment.value ?? { columns: [], rows: [], byDepth: !1, common: 0 }), o = C(() => et(t.ramp.value, t.shade.value)), s = C(() => t.reading.value.rows.map((m, g) => g)), i = {
    a: () => oe(t.reading.value, n.value.columns.map((m) => m.a), s.value, t.metric.value, o.value),
    b: () => oe(e.value, n.value.columns.map((m) => m.b), n.value.rows, t.metric.value, o.value),
    difference: () => Vn(t.reading.value, e.value, n.value, t.metric.value, et("diverging", t.shade.value))
  }, a = M({ x: 0, y: 0 }), r = ({ row: m, column: g }) => {
    const v = n.peek().columns[g]?.a;
    return v == null ? null : { row: m, column: v };
  }, l = ({ row: m, column: g }) => {
    const v = n.value.columns.findIndex((b) => b.a === g);
    return v < 0 ? null : { row: m, column: v };
  }, c = { a: "Reading A", b: "Reading B", difference: "Difference" }, d = M({ a: !0, b: !0, difference: !0 }), u = Object.keys(i).map((m) => {
    const g = Re(t, { label: c[m], model: C(i[m]), scroll: a, toState: r, fromState: l }), v = f("h2", { class: "f-pane-title" }), b = f("section", { class: "f-pane", "aria-label": c[m] }, v, g.element);
    return { pane: m, grid: g, title: v, element: b };
  }), h = f("p", { class: "f-between", role: "status" }), p = f("section", { class: "f-compare", "aria-label": "Two readings" }, f("div", { class: "f-watch-head" }, $o(t, d, c), Mo(t)), h, f("div", { class: "f-panes" }, ...u.map((m) => m.element))), w = [
    x(() => {
      for (const { pane: m, element: g } of u) g.hidden = !d.value[m];
    }),
    x(() => {
      const [m, g] = [t.reading.value, e.value];
      for (const { pane: v, title: b } of u)
        v === "difference" ? b.replaceChildren(...xo(t)) : b.replaceChildren(...yo(v, v === "a" ? m : g, m, g));
    }),
    x(() => h.replaceChildren(...So(t, e.value)))
  ];
  return {
    element: p,
    drawing: () => bo(u.filter(({ pane: m }) => d.peek()[m]).map(({ pane: m, grid: g }) => ({ name: c[m], grid: g })), z(t.shade.peek()).text),
    focus: () => u[0]?.grid.focus(),
    dispose() {
      w.forEach((m) => m()), u.forEach(({ grid: m }) => m.dispose());
    }
  };
}
function bo(t, e) {
  const n = [];
  let o = 0, s = 0;
  for (const { name: i, grid: a } of t) {
    const r = a.drawing();
    n.push({ op: "text", x: o + 8, y: 12, text: i, size: 12, bold: !0, fill: e }), n.push(...r.ops.map((l) => ko(l, o, 24))), o += r.width + 16, s = Math.max(s, r.height + 24);
  }
  return { ops: n, width: o, height: s };
}
function ko(t, e, n) {
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
function yo(t, e, n, o) {
  const s = e.tokens.filter(({ origin: l }) => l === "prompt" || l === "output").map((l) => l.text).join(""), i = s.length > 70 ? `${Array.from(s).slice(0, 70).join("")}…` : s, a = [];
  n.info.model.name !== o.info.model.name && a.push(e.info.model.name), (n.info.model.weights !== o.info.model.weights || n.info.precision !== o.info.precision) && a.push(`${e.info.model.weights} ${e.info.precision}`), n.info.lens.kind !== o.info.lens.kind && a.push(`${e.info.lens.kind} lens`);
  const r = f("bdi", {}, i.split(" ").map(F).join(" "));
  return [f("span", { class: "f-pane-name" }, t.toUpperCase()), r, f("span", { class: "f-soft" }, a.length ? ` · ${a.map(F).join(" · ")}` : "")];
}
function xo(t) {
  const { low: e, high: n, unit: o } = Ut[t.metric.value], s = f("span", { class: "f-diverging" });
  return s.style.background = `linear-gradient(to right, ${et("diverging", t.shade.value).css.filter((i, a) => a % 15 === 0).join(", ")})`, [f("span", { class: "f-pane-name" }, "Δ"), f("span", { class: "f-soft", title: o }, e), s, f("span", { class: "f-soft" }, n), f("span", { class: "f-soft f-unit" }, o)];
}
function $o(t, e, n) {
  const o = Object.keys(n).map((s) => {
    const i = f("input", { type: "checkbox", name: `f-pane-${s}-${t.uid}`, checked: !0 });
    return i.addEventListener("change", () => {
      const a = { ...e.peek(), [s]: i.checked };
      Object.values(a).some((r) => r) ? e.value = a : i.checked = !0;
    }), f("label", {}, i, f("span", {}, n[s]));
  });
  return f("div", { class: "f-segments", role: "group", "aria-label": "Panes" }, ...o);
}
function Mo(t) {
  const e = f("span", { class: "f-shift" }), n = (s) => () => t.shift.value = (t.shift.peek() ?? 0) + s, o = f("button", { class: "f-button f-quiet", type: "button", onclick: () => t.shift.value = null }, "Automatic");
  return x(() => {
    const s = t.shift.value;
    e.textContent = s === null ? "aligned by common beginning and end" : `B moved by ${s} ${Math.abs(s) === 1 ? "position" : "positions"}`, o.hidden = s === null;
  }), f(
    "div",
    { class: "f-field", role: "group", "aria-label": "Alignment" },
    e,
    o,
    f("button", { class: "f-button f-quiet", type: "button", title: "Move B left", "aria-label": "Move B left", onclick: n(1) }, B("minus")),
    f("button", { class: "f-button f-quiet", type: "button", title: "Move B right", "aria-label": "Move B right", onclick: n(-1) }, B("plus"))
  );
}
function So(t, e) {
  const n = t.reading.value, { row: o, column: s } = t.shown.value, i = t.alignment.value, a = i?.columns.find((u) => u.a === s), r = (u, h, p, w) => {
    const [m] = h.top(p, w), g = h.target(p, w);
    return [
      f("span", { class: "f-pane-name" }, u),
      L(m ? $(h.text(m.id)) : "–"),
      f("span", { class: "f-soft" }, ` ${m ? j(m.prob) : ""} · next `),
      L($(h.targetText(w))),
      f("span", { class: "f-soft" }, ` rank ${W(g.rank)}, ${j(g.prob)}`)
    ];
  }, l = f("span", { class: "f-side" }, ...r("A", n, o, s));
  if (!i || !a || a.b === null) return [l, f("span", { class: "f-side f-soft" }, "B has no such position")];
  const c = f("span", { class: "f-side" }, ...r("B", e, i.rows[o] ?? 0, a.b)), d = i.byDepth ? [f("span", { class: "f-side f-soft" }, "layers matched by relative depth")] : [];
  return [l, c, f("span", { class: "f-side f-soft" }, q[t.metric.value].ofTarget ? "Δ is blank where the next tokens differ" : ""), ...d];
}
const ie = 112, Y = 34, lt = 72, vt = 14;
function Eo(t, e, n) {
  const o = (n - Y) / t.height;
  return Math.max(0, Math.min(t.height - 1, Math.floor((e - Y) / o)));
}
function Ao(t, e, n, o, s, i) {
  const a = z(s), r = et(o, s), l = (i - Y) / t.height, c = (b) => Y + (b + 0.5) * l, d = Math.log(Math.max(10, t.info.model.vocabulary)), u = (b) => 7 + Math.log(b) / d * (lt - 14), h = [];
  for (let b = 1; Math.log(b) <= d; b *= 100) {
    h.push({ op: "lines", points: [Y, u(b), i, u(b)], stroke: a.line, line: 1 });
    const k = b >= 1e3 ? `${b / 1e3}k` : String(b);
    h.push({ op: "text", x: Y - 6, y: u(b), text: k, size: 10, fill: a.muted, align: "right" });
  }
  const p = e.row;
  h.push({ op: "rect", x: c(p) - l / 2, y: 0, w: l, h: lt + vt + 4, fill: a.sunken });
  const w = [];
  for (let b = 0; b < t.height; b++)
    w.push(c(b), u(t.columns.targetRank[t.cell(b, e.column)]));
  h.push({ op: "path", points: w, stroke: a.accent, line: 2 }), h.push({ op: "circle", x: c(p), y: w[2 * p + 1], r: 3.5, fill: a.surface, stroke: a.accent, line: 2 });
  const m = nt(t, n), g = Ft(n, t);
  for (let b = 0; b < t.height; b++) {
    const k = Nt(g(m[t.cell(b, e.column)])), y = k < 0 ? a.sunken : r.css[k];
    h.push({ op: "rect", x: c(b) - l / 2, y: lt + 2, w: Math.max(1, l - 1), h: vt, fill: y });
  }
  const v = Math.ceil(26 / l);
  for (let b = 0; b < t.height; b += v)
    b !== p && Math.abs(b - p) * l < 22 || h.push({ op: "text", x: c(b), y: lt + vt + 14, text: t.rowName(b), size: 10, fill: a.muted, align: "center" });
  return h.push({ op: "text", x: Math.min(i - 14, c(p)), y: lt + vt + 14, text: t.rowName(p), size: 10, bold: !0, fill: a.text, align: "center" }), h;
}
function No(t, e) {
  const n = f("h2", { class: "f-place" }), o = f("p", { class: "f-context" }), s = f("button", { class: "f-button f-pin", type: "button", onclick: () => t.pinned.value = !t.pinned.peek() }, B("pin"), f("span")), i = f("dl", { class: "f-numbers" }), a = f("ol", { class: "f-top" }), r = f("canvas", { class: "f-strip", role: "img" }), l = f("div", { class: "f-actions" }), c = f(
    "aside",
    { class: "f-detail", "aria-label": "Detail of a cell", tabindex: "0" },
    f("div", { class: "f-detail-head" }, n, s),
    o,
    i,
    f("h3", {}, "Candidates"),
    a,
    f("h3", {}, "Across the layers: rank of the next token"),
    r,
    l
  );
  for (const g of e) {
    const v = () => {
      const b = t.shown.peek();
      g.run({ ...b, position: t.reading.peek().positions[b.column] });
    };
    l.append(f("button", { class: "f-button", type: "button", title: g.title, onclick: v }, g.label));
  }
  const d = Ro(t, a), u = M(280);
  let h = 0;
  const p = new ResizeObserver(() => {
    u.value = Math.max(160, c.clientWidth - 32);
  });
  p.observe(c), r.addEventListener("click", (g) => {
    const { column: v } = t.shown.peek();
    t.move(Eo(t.reading.peek(), g.offsetX, u.peek()), v);
  });
  const w = [
    x(() => {
      const g = t.reading.value, v = t.shown.value;
      n.replaceChildren(...Lo(g, v)), o.replaceChildren(...To(g, v.column)), i.replaceChildren(...Co(g, v)), r.setAttribute("aria-label", Po(g, v.column)), d(g, v);
    }),
    x(() => {
      const g = t.pinned.value;
      s.setAttribute("aria-pressed", String(g)), s.title = g ? "Release (Esc)" : "Pin this cell (Enter)", s.lastChild.textContent = g ? "Pinned" : "Pin";
    }),
    x(() => {
      const g = u.value, v = Ao(t.reading.value, t.shown.value, t.metric.value, t.ramp.value, t.shade.value, g);
      cancelAnimationFrame(h), h = requestAnimationFrame(() => {
        const b = r.getContext("2d");
        if (!b) return;
        Tt(r, g, ie);
        const k = window.devicePixelRatio || 1;
        b.setTransform(k, 0, 0, k, 0, 0), b.clearRect(0, 0, g, ie), Lt(b, v);
      });
    })
  ];
  return { element: c, dispose: () => {
    w.forEach((g) => g()), p.disconnect(), cancelAnimationFrame(h);
  } };
}
function Lo(t, { row: e, column: n }) {
  const o = t.rowName(e), s = /^\d+$/.test(o) ? `Layer ${o}` : o === "embed" ? "Embedding" : o;
  return [
    document.createTextNode(s),
    f("span", { class: "f-soft" }, ` · position ${t.positions[n]}`)
  ];
}
function To(t, e) {
  const n = t.positions[e], o = Math.max(0, n - 5), s = t.tokens.slice(o, n), i = o > 0 ? [document.createTextNode("… ")] : [];
  for (const { text: l } of s) i.push(L($(l)));
  const a = L($(t.input(e)?.text ?? ""));
  a.classList.add("f-here");
  const r = L($(t.targetText(e)));
  return r.classList.add("f-next"), i.push(a, f("span", { class: "f-soft" }, " → "), r), t.targets[e]?.isArgmax && i.push(f("span", { class: "f-soft" }, " (the model’s choice)")), i;
}
function Co(t, { row: e, column: n }) {
  const o = t.cell(e, n), s = t.columns, i = (a, r, l) => f("div", { title: r }, f("dt", {}, a), f("dd", {}, l));
  return [
    i("rank", "Rank of the token that came next: 1 is best", W(s.targetRank[o])),
    i("prob", "Probability of the token that came next", j(s.targetProb[o])),
    i("surprisal", "−log₂ of that probability, bits", P(s.surprisalBits[o])),
    i("entropy", "Entropy of the whole distribution, bits", P(s.entropyBits[o])),
    i("KL", "Divergence of the last layer from this one, bits", P(s.klBits[o]))
  ];
}
function Ro(t, e) {
  const n = [], o = () => {
    const s = f("span", { class: "f-rank" }), i = L(""), a = f("span", { class: "f-fill" }), r = f("span", { class: "f-share" }), l = f("button", { class: "f-watch", type: "button" }), c = f("li", {}, f("span", { class: "f-bar" }, a), s, i, r, l), d = { row: c, place: s, name: i, bar: a, share: r, watch: l, id: -1 };
    return l.addEventListener("click", () => t.toggleWatch({ id: d.id, text: t.reading.peek().text(d.id) })), n.push(d), e.append(c), d;
  };
  return (s, { row: i, column: a }) => {
    const r = s.top(i, a), l = s.target(i, a), c = !r.some((u) => u.id === l.id), d = c ? [...r, l] : r;
    d.forEach((u, h) => {
      const p = n[h] ?? o(), w = $(s.text(u.id)), m = t.isWatched(u.id);
      p.id = u.id, p.row.hidden = !1, p.row.className = `${u.id === l.id ? "f-target" : ""}${c && h === r.length ? " f-beyond" : ""}`, p.place.textContent = W(u.rank), p.name.textContent = w, p.name.title = `token ${u.id}, logit ${P(u.logit)}`, p.share.textContent = j(u.prob), p.bar.style.width = `${100 * Math.max(0, Math.min(1, u.prob || 0))}%`, p.watch.textContent = m ? "−" : "+", p.watch.setAttribute("aria-label", `${m ? "Stop watching" : "Watch"} ${w}`), p.watch.title = m ? "Stop watching" : "Watch this token";
    }), n.slice(d.length).forEach((u) => u.row.hidden = !0);
  };
}
function Po(t, e) {
  const n = t.rows.findIndex((s, i) => t.columns.targetRank[t.cell(i, e)] === 1), o = $(t.targetText(e));
  return n < 0 ? `${o} is at rank 1 after no layer` : `${o} is first at rank 1 after layer ${t.rowName(n)}`;
}
function zo(t) {
  const e = C(() => Mt(t.reading.value, t.metric.value, et(t.ramp.value, t.shade.value)));
  return Re(t, { label: "Layers by positions: the top token of each", model: e, found: $n(t) });
}
function Ct(t, e, n, o) {
  const s = t.columns, i = t.watched.length, a = t.watched.findIndex((c) => c.ids[0] === n), r = t.targets[o]?.id === n, l = e && e.rank.length === t.width * t.height ? e : void 0;
  return t.rows.map((c, d) => {
    const u = t.cell(d, o);
    return a >= 0 ? Rt(s.watchRank, s.watchProb, s.watchLogit, u * i + a) : r ? Rt(s.targetRank, s.targetProb, s.targetLogit, u) : l ? Rt(l.rank, l.prob, l.logit, u) : t.top(d, o).find((h) => h.id === n) ?? null;
  });
}
const Rt = (t, e, n, o) => ({
  rank: t[o],
  prob: e[o],
  logit: n[o]
});
function Bo(t, e, n, o) {
  const s = t.watched.value.map((a) => ({
    ...a,
    scores: Ct(e, t.asked.value.get(a.id), a.id, n)
  })), i = s[0]?.scores ?? [];
  return s.map(({ id: a, text: r, scores: l }) => ({
    id: a,
    text: r,
    values: l.map((c, d) => {
      if (!c) return NaN;
      if (o !== "logit") return c[o];
      const u = i[d];
      return u ? c.logit - u.logit : NaN;
    })
  }));
}
function Io(t) {
  const e = [];
  return t.forEach((n, o) => {
    if (!Number.isNaN(n)) return;
    const s = e[e.length - 1];
    s && s[1] === o - 1 ? s[1] = o : e.push([o, o]);
  }), e;
}
function Oo(t, e) {
  const n = e.replace(/␣/g, " ").replace(/⏎/g, `
`).replace(/⇥/g, "	"), o = (a) => {
    for (const [r, l] of t.vocabulary) if (l === a) return r;
    return null;
  }, s = o(n);
  if (s !== null) return { id: s, text: n, guessed: !1 };
  const i = o(` ${n}`);
  return i === null ? null : { id: i, text: ` ${n}`, guessed: !0 };
}
const jo = 5;
function Wo(t, e, n, o) {
  const s = t.watched.value, i = Math.min(jo, e.columns.topK), a = [
    ...o === "position" ? ["layer"] : ["position", "input", "next"],
    "rank",
    "probability",
    "surprisal",
    "entropy",
    "KL",
    ...Array.from({ length: i }, (h, p) => `top ${p + 1}`),
    ...s.map(({ text: h }) => `rank of ${$(h)}`)
  ], r = o === "position" ? e.rows.map((h, p) => ({ row: p, column: n.column })) : e.positions.map((h, p) => ({ row: n.row, column: p })), l = /* @__PURE__ */ new Map(), c = (h) => {
    let p = l.get(h);
    return p || (p = s.map(({ id: w }) => Ct(e, t.asked.value.get(w), w, h).map((m) => m?.rank ?? null)), l.set(h, p)), p;
  }, d = r.map((h) => {
    const { row: p, column: w } = h, m = e.columns, g = e.cell(p, w), v = o === "position" ? [] : [e.input(w)?.text ?? "", e.targetText(w)];
    return {
      cell: h,
      head: o === "position" ? e.rowName(p) : String(e.positions[w]),
      values: [
        ...v.map((b) => ({ text: $(b), token: !0 })),
        { text: W(m.targetRank[g]) },
        { text: j(m.targetProb[g]) },
        { text: P(m.surprisalBits[g]) },
        { text: P(m.entropyBits[g]) },
        { text: P(m.klBits[g]) },
        ...e.top(p, w).slice(0, i).map(({ id: b }) => ({ text: $(e.text(b)), token: !0 })),
        ...c(w).map((b) => ({ text: b[p] == null ? "not recorded" : W(b[p]) }))
      ]
    };
  });
  return { caption: o === "position" ? `Position ${e.positions[n.column]}, after ${$(e.input(n.column)?.text ?? "")}: every layer; rank, probability and surprisal of ${$(e.targetText(n.column))}` : `${e.rowName(n.row) === "embed" ? "The embedding" : `Layer ${e.rowName(n.row)}`}: every position; rank, probability and surprisal of the token that came next`, columns: a, rows: d };
}
const _o = ({ columns: t, rows: e }) => [t, ...e.map((n) => [n.head, ...n.values.map((o) => o.text)])].map((n) => n.join("	")).join(`
`);
function Do(t) {
  const e = M("position"), n = f("div", { class: "f-table-box", tabindex: "0", role: "region", "aria-label": "Table" }), o = (c, d) => {
    const u = f("input", { type: "radio", name: `f-selection-${t.uid}`, value: c, checked: c === "position", onchange: () => e.value = c });
    return f("label", {}, u, f("span", {}, d));
  };
  let s = null;
  const i = f("button", { class: "f-button", type: "button" }, "Copy");
  i.addEventListener("click", () => {
    s && Ko(_o(s)).then((c) => {
      i.textContent = c ? "Copied" : "Select and copy by hand", setTimeout(() => i.textContent = "Copy", 2e3);
    });
  });
  const a = f("div", { class: "f-segments", role: "radiogroup", "aria-label": "What the table shows" }, o("position", "This position, every layer"), o("layer", "This layer, every position")), r = f("section", { class: "f-table-view", "aria-label": "Table" }, f("div", { class: "f-watch-head" }, a, i), n), l = x(() => {
    t.view.value === "table" && (s = Wo(t, t.reading.value, t.cursor.value, e.value), n.replaceChildren(Fo(t, s, e.peek())));
  });
  return { element: r, drawing: () => null, focus: () => n.focus(), dispose: l };
}
function Fo(t, { caption: e, columns: n, rows: o }, s) {
  const i = t.cursor.peek(), a = o.map(({ cell: l, head: c, values: d }) => {
    const u = s === "position" ? l.row === i.row : l.column === i.column, h = d.map((p) => f("td", { class: p.token ? "f-word" : null }, p.token ? L(p.text) : p.text));
    return f("tr", { "aria-current": u ? "true" : null, onclick: () => t.move(l.row, l.column) }, f("th", { scope: "row" }, c), ...h);
  }), r = (l) => /^(input|next|top)/.test(l) ? "f-word" : null;
  return f("table", { class: "f-table" }, f("caption", {}, e), f("thead", {}, f("tr", {}, ...n.map((l) => f("th", { scope: "col", class: r(l) }, l)))), f("tbody", {}, ...a));
}
async function Ko(t) {
  try {
    return await navigator.clipboard.writeText(t), !0;
  } catch {
    return !1;
  }
}
const Q = 56, qt = 148, tt = 18, V = 18, ae = 15, Pe = (t) => t.map((e, n) => ({ line: e, i: n })).filter(({ line: e }) => e.values.some(Number.isNaN));
function ze(t) {
  const e = t.height - 44 - V * Pe(t.lines).length, n = t.width - qt, o = (n - Q) / Math.max(1, t.rows.length), s = Math.max(40, e - tt), i = Uo(t);
  return { x: (a) => Q + (a + 0.5) * o, y: (a) => tt + i(a) * s, each: o, bottom: tt + s, right: n };
}
function Uo(t) {
  if (t.scale === "rank") {
    const n = Math.log(Math.max(10, t.vocabulary));
    return (o) => 0.02 + 0.96 * Math.log(o) / n;
  }
  if (t.scale === "prob") return (n) => 1 - n;
  const e = Be(t);
  return (n) => 0.5 - n / (2 * e);
}
function Be(t) {
  const e = t.lines.flatMap((n) => n.values).filter((n) => Number.isFinite(n));
  return Math.max(1, Math.ceil(Math.max(0, ...e.map(Math.abs)) * 1.1));
}
function qo(t) {
  if (t.scale === "rank") {
    const n = [];
    for (let o = 1; o <= t.vocabulary; o *= 10) n.push({ value: o, label: W(o) });
    return n;
  }
  if (t.scale === "prob") return [0, 0.25, 0.5, 0.75, 1].map((n) => ({ value: n, label: `${n * 100}%` }));
  const e = Be(t);
  return [-e, -e / 2, 0, e / 2, e].map((n) => ({ value: n, label: `${n > 0 ? "+" : ""}${+n.toFixed(1)}` }));
}
function re(t, e) {
  const { each: n } = ze(t);
  return Math.max(0, Math.min(t.rows.length - 1, Math.floor((e - Q) / n)));
}
function Ho(t, e, n) {
  const o = ze(t), s = [];
  return Go(s, t, o, e), t.lines.forEach((i, a) => Vo(s, i, a, o, n[a % n.length], e)), Jo(s, t, o, e, n), Pe(t.lines).forEach(({ line: i, i: a }, r) => Yo(s, t, i, o, r, n[a % n.length], e)), s;
}
function Go(t, e, n, o) {
  t.push({ op: "rect", x: n.x(e.row) - n.each / 2, y: tt - 8, w: n.each, h: n.bottom - tt + 14, fill: o.raised });
  for (const { value: a, label: r } of qo(e)) {
    const l = n.y(a);
    t.push({ op: "lines", points: [Q, l, n.right, l], stroke: o.line, line: 1 }), t.push({ op: "text", x: Q - 8, y: l, text: r, size: 11, fill: o.muted, align: "right" });
  }
  const s = Math.max(1, Math.ceil(30 / n.each));
  e.rows.forEach((a, r) => {
    const l = r === e.row, c = !l && Math.abs(r - e.row) * n.each < 24;
    !l && (r % s !== 0 || c) || t.push({ op: "text", x: n.x(r), y: n.bottom + 15, text: a, size: 11, fill: l ? o.text : o.muted, bold: l, align: "center" });
  });
  const i = { rank: "rank, 1 is best (log)", prob: "probability", logit: "logit, less the first token's" };
  t.push({ op: "text", x: Q, y: 7, text: i[e.scale], size: 11, fill: o.muted }), t.push({ op: "text", x: n.right, y: n.bottom + 31, text: "after layer", size: 11, fill: o.muted, align: "right" });
}
function Vo(t, e, n, o, s, i) {
  const a = Ot[n % Ot.length] ?? [];
  let r = [];
  const l = () => {
    r.length > 2 && t.push({ op: "path", points: r, stroke: s, line: 2.25, dash: a }), r = [];
  };
  e.values.forEach((d, u) => {
    Number.isNaN(d) ? l() : r.push(o.x(u), o.y(d));
  }), l();
  const c = Math.max(1, Math.round(16 / o.each));
  e.values.forEach((d, u) => {
    const h = Number.isNaN(e.values[u - 1] ?? NaN) && Number.isNaN(e.values[u + 1] ?? NaN), p = u === e.values.length - 1;
    !Number.isNaN(d) && (u % c === 0 || p || h) && Ie(t, $t[n % $t.length] ?? "circle", o.x(u), o.y(d), s, i);
  });
}
function Ie(t, e, n, o, s, i) {
  const l = { fill: e.endsWith("-open") ? i.surface : s, stroke: s, line: 1.75 }, c = 4;
  switch (e.replace("-open", "")) {
    case "diamond":
      t.push({ op: "path", points: [n, o - c - 1, n + c + 1, o, n, o + c + 1, n - c - 1, o], close: !0, ...l });
      break;
    case "triangle":
      t.push({ op: "path", points: [n, o - c - 0.5, n + c + 0.5, o + c - 0.5, n - c - 0.5, o + c - 0.5], close: !0, ...l });
      break;
    case "square":
      t.push({ op: "path", points: [n - c + 0.5, o - c + 0.5, n + c - 0.5, o - c + 0.5, n + c - 0.5, o + c - 0.5, n - c + 0.5, o + c - 0.5], close: !0, ...l });
      break;
    default:
      t.push({ op: "circle", x: n, y: o, r: c - 0.5, ...l });
  }
}
const Xo = { rank: W, prob: j, logit: P };
function Jo(t, e, n, o, s) {
  const i = e.lines.flatMap((l, c) => {
    const d = l.values.findLastIndex((u) => !Number.isNaN(u));
    return d < 0 ? [] : [{ line: l, i: c, row: d, from: n.y(l.values[d]), y: 0 }];
  });
  i.sort((l, c) => l.from - c.from);
  let a = tt - 6;
  for (const l of i)
    l.y = Math.max(l.from, a), a = l.y + ae;
  let r = n.bottom + 6;
  for (const l of [...i].reverse())
    l.y = Math.min(l.y, r), r = l.y - ae;
  for (const { line: l, i: c, row: d, from: u, y: h } of i) {
    const p = s[c % s.length], w = Xo[e.scale](l.values[d]);
    t.push({ op: "lines", points: [n.x(d) + 6, u, n.right + 10, h], stroke: p, line: 1 });
    const m = it($(l.text), qt - 74, { size: 12, mono: !0 });
    t.push({ op: "text", x: n.right + 14, y: h, text: m, size: 12, mono: !0, bold: !0, fill: o.text }), t.push({ op: "text", x: n.right + 22 + ht(m, { size: 12, mono: !0, bold: !0 }), y: h, text: w, size: 12, fill: o.muted });
  }
}
function Yo(t, e, n, o, s, i, a) {
  const r = o.bottom + 40 + s * V, l = `not recorded: beyond the top ${e.topK}`;
  for (const [c, d] of Io(n.values)) {
    const [u, h] = [o.x(c) - o.each / 2 + 1, o.x(d) + o.each / 2 - 1];
    t.push({ op: "rect", x: u, y: r, w: h - u, h: V - 5, fill: a.sunken, round: 3 }), t.push({ op: "rect", x: u, y: r, w: 3, h: V - 5, fill: i });
    const p = it(l, h - u - 12, { size: 10 });
    p && t.push({ op: "text", x: u + 8, y: r + (V - 5) / 2, text: p, size: 10, fill: a.muted });
  }
  t.push({ op: "text", x: o.right + 14, y: r + (V - 5) / 2, text: it($(n.text), qt - 20, { size: 11, mono: !0 }), size: 11, mono: !0, fill: a.muted });
}
const Zo = [["rank", "Rank"], ["prob", "Probability"], ["logit", "Logit difference"]];
function Qo(t) {
  const e = M({ width: 0, height: 0 }), n = f("canvas", { class: "f-chart", role: "img" }), o = f("div", { class: "f-chart-box", tabindex: "0", "aria-label": "Chart over the layers: arrows move", role: "group" }, n), s = f("ul", { class: "f-chips", "aria-label": "Watched tokens" }), i = f("p", { class: "f-watch-place" }), a = f("section", { class: "f-watch-view", "aria-label": "Watched tokens over the layers" }, f("div", { class: "f-watch-head" }, i, ns(t)), f("div", { class: "f-watch-tokens" }, s, is(t)), o), r = C(() => {
    const h = t.reading.value, { row: p, column: w } = t.shown.value, m = t.watchScale.value;
    return {
      lines: Bo(t, h, w, m),
      scale: m,
      rows: h.rows.map((g, v) => h.rowName(v)),
      row: p,
      vocabulary: h.info.model.vocabulary,
      topK: h.columns.topK,
      ...e.value
    };
  });
  let l = [], c = 0;
  const d = [
    x(() => {
      const h = r.value, p = t.shade.value;
      !h.width || !h.height || (l = Ho(h, z(p), ve(p)), n.setAttribute("aria-label", es(t, h)), cancelAnimationFrame(c), c = requestAnimationFrame(() => {
        const w = n.getContext("2d");
        if (!w) return;
        Tt(n, h.width, h.height);
        const m = n.width / h.width;
        w.setTransform(m, 0, 0, m, 0, 0), w.clearRect(0, 0, h.width, h.height), Lt(w, l);
      }));
    }),
    x(() => s.replaceChildren(...t.watched.value.map((h, p) => os(t, h, p)))),
    x(() => {
      const h = t.reading.value, { column: p } = t.shown.value;
      i.replaceChildren(
        f("strong", {}, `Position ${h.positions[p]}`),
        " after ",
        L($(h.input(p)?.text ?? "")),
        f("span", { class: "f-soft" }, h.targets[p]?.isArgmax ? ", then the model's choice " : ", before "),
        L($(h.targetText(p)))
      );
    }),
    rs(t)
  ];
  ts(t, n, () => r.peek());
  const u = new ResizeObserver(() => {
    e.value = { width: o.clientWidth, height: o.clientHeight };
  });
  return u.observe(o), {
    element: a,
    drawing: () => ({ ops: l, ...e.peek() }),
    focus: () => o.focus(),
    dispose() {
      d.forEach((h) => h()), u.disconnect(), cancelAnimationFrame(c);
    }
  };
}
function ts(t, e, n) {
  e.addEventListener("pointermove", (o) => {
    if (t.pinned.peek()) return;
    const s = re(n(), o.offsetX), i = t.shown.peek().column;
    t.hover.peek()?.row !== s && (t.hover.value = { row: s, column: i });
  }), e.addEventListener("pointerleave", () => t.hover.value = null), e.addEventListener("click", (o) => {
    t.move(re(n(), o.offsetX), t.shown.peek().column), t.pinned.value = !0;
  });
}
function es(t, e) {
  const n = t.reading.peek(), { column: o } = t.shown.peek(), s = n.lastRow, i = t.watched.peek().map(({ id: a, text: r }) => {
    const l = Ct(n, t.asked.peek().get(a), a, o)[s];
    return `${$(r)} ${l ? `rank ${W(l.rank)}, ${j(l.prob)}` : "not recorded"}`;
  });
  return `${e.rows.length} layers at position ${n.positions[o]}; after the last: ${i.join("; ") || "nothing is watched"}`;
}
function ns(t) {
  const e = Zo.map(([n, o]) => {
    const s = f("input", { type: "radio", name: `f-scale-${t.uid}`, value: n, onchange: () => t.watchScale.value = n });
    return { scale: n, input: s, element: f("label", {}, s, f("span", {}, o)) };
  });
  return x(() => e.forEach(({ scale: n, input: o }) => o.checked = t.watchScale.value === n)), f("div", { class: "f-segments", role: "radiogroup", "aria-label": "Scale" }, ...e.map(({ element: n }) => n));
}
function os(t, e, n) {
  const o = $(e.text), s = `var(--f-series-${n})`, i = (Ot[n] ?? []).join(" "), a = st("line", { x1: 1, y1: 8, x2: 27, y2: 8, "stroke-width": 2.25, "stroke-dasharray": i || null });
  a.style.stroke = s;
  const r = st("svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, a, ss(n, s)), l = f("button", { class: "f-watch", type: "button", "aria-label": `Stop watching ${o}`, title: "Stop watching", onclick: () => t.toggleWatch(e) }, B("close"));
  return f("li", { class: "f-chip" }, r, L(o), l);
}
function ss(t, e) {
  const n = [], o = $t[t % $t.length] ?? "circle";
  Ie(n, o, 14, 8, "#000000", z("light"));
  const s = n[0], i = s?.op === "path" ? st("polygon", { points: s.points.join(" ") }) : st("circle", { cx: 14, cy: 8, r: 3.5 });
  return i.style.stroke = e, i.style.strokeWidth = "1.75", i.style.fill = o.endsWith("-open") ? "var(--f-surface)" : e, i;
}
function is(t) {
  const e = f("input", { class: "f-input", type: "text", placeholder: "Watch a token, e.g. ␣is", "aria-label": "Watch a token", spellcheck: "false", autocomplete: "off" }), n = f("span", { class: "f-note", role: "status" }), o = f("form", { class: "f-adder" }, e, f("button", { class: "f-button", type: "submit" }, "Watch"), n);
  return o.addEventListener("submit", (s) => {
    s.preventDefault();
    const i = e.value;
    if (!i) return;
    const a = Oo(t.reading.peek(), i);
    n.textContent = "", t.watched.peek().length >= ot ? n.textContent = `At most ${ot} tokens can be told apart.` : a ? (t.watched.peek().some((r) => r.id === a.id) || t.toggleWatch(a), a.guessed && (n.textContent = `Taken as ${$(a.text)}, with the space before it.`), e.value = "") : t.source.ranks ? as(t, i, n).then((r) => r && (e.value = "")) : n.textContent = `This reading holds no token ${$(i)}. Record it: --watch when the reading is made.`;
  }), o;
}
async function as(t, e, n) {
  n.textContent = "Asking …";
  try {
    const [o] = await t.source.ranks?.([{ text: e.replace(/␣/g, " ") }]) ?? [];
    if (!o) throw new Error("no such token");
    return t.asked.value = new Map(t.asked.peek()).set(o.id, o), t.watched.peek().some((s) => s.id === o.id) || t.toggleWatch({ id: o.id, text: o.text }), n.textContent = o.note ? F(o.note) : "", !0;
  } catch (o) {
    return n.textContent = o instanceof Error ? o.message : String(o), !1;
  }
}
function rs(t) {
  const e = /* @__PURE__ */ new Set();
  let n = t.reading.peek();
  return x(() => {
    const o = t.reading.value, { column: s } = t.shown.value;
    if (!t.source.ranks || t.view.value !== "watch") return;
    o !== n && (n = o, e.clear(), t.asked.value = /* @__PURE__ */ new Map());
    const i = t.watched.value.filter(
      ({ id: a }) => !e.has(a) && Ct(o, t.asked.value.get(a), a, s).includes(null)
    );
    i.length && (i.forEach(({ id: a }) => e.add(a)), t.source.ranks(i.map(({ id: a }) => ({ id: a }))).then((a) => {
      if (t.reading.peek() !== o) return;
      const r = new Map(t.asked.peek());
      for (const l of a) r.set(l.id, l);
      t.asked.value = r;
    }).catch((a) => {
      t.message.value = `The ranks could not be had: ${a instanceof Error ? a.message : String(a)}`;
    }));
  });
}
const ls = { heatmap: zo, watch: Qo, compare: vo, table: Do };
async function cs(t, e, n = {}) {
  const [o, s] = await Promise.all([e.reading(), e.other?.() ?? null]), i = new fn(o, e);
  i.other.value = s, n.view && (i.view.value = n.view), n.metric && (i.metric.value = n.metric), n.theme && (i.theme.value = n.theme);
  const a = f("div", { class: n.page ? "fathom f-page" : "fathom" });
  n.page || (a.style.height = n.height ?? "640px");
  const r = [Un(a, i)];
  (n.deepLinks ?? n.page) && r.push(Kn(i));
  const l = C(() => i.view.value === "compare" && !i.other.value ? "heatmap" : i.view.value), c = us(i, l), d = jn(), u = No(i, n.actions ?? []), h = Nn(i, { drawing: () => c.part(l.peek()).drawing(), help: () => d.showModal() }), p = Cn(i, l), w = f("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  a.append(h.element, p.element, f("div", { class: "f-body" }, c.element, u.element), Rn(i), d, w), t.replaceChildren(a), r.push(
    x(() => {
      w.textContent = i.message.value;
    }),
    x(() => {
      const { row: v, column: b } = i.cursor.peek();
      i.pinned.value && (i.message.value = `Pinned: ${Kt(i.reading.peek(), v, b)}`);
    })
  );
  const m = n.page ? document : a, g = (v) => {
    In(i, { find: h.find, help: () => d.showModal() }, v) && v.preventDefault();
  };
  return m.addEventListener("keydown", g), {
    state: i,
    update: (v) => hs(i, v),
    compareWith(v) {
      i.other.value = v, !v && i.view.peek() === "compare" && (i.view.value = "heatmap");
    },
    destroy() {
      m.removeEventListener("keydown", g), r.forEach((v) => v()), [h, p, u, c].forEach((v) => v.dispose()), a.remove();
    }
  };
}
function us(t, e) {
  const n = /* @__PURE__ */ new Map(), o = f("main", { class: "f-stage" }), s = (r) => {
    let l = n.get(r);
    return l || (l = ls[r](t), l.element.id = `f-panel-${r}-${t.uid}`, l.element.setAttribute("aria-labelledby", `f-tab-${r}-${t.uid}`), l.element.setAttribute("role", "tabpanel"), n.set(r, l), o.append(l.element)), l;
  }, i = x(() => {
    const r = e.value;
    s(r);
    for (const [l, { element: c }] of n) c.hidden = l !== r;
  });
  return { element: o, part: s, dispose: () => {
    i(), n.forEach((r) => r.dispose());
  } };
}
function hs(t, e) {
  const n = t.reading.peek(), { row: o, column: s } = t.cursor.peek(), [i, a] = [n.positions[s], n.rowName(o)], r = s === n.width - 1 && !t.pinned.peek() && n.width > 1;
  t.hover.value = null;
  const l = e.positions.indexOf(i ?? -1), c = e.rows.findIndex((u, h) => e.rowName(h) === a), d = {
    row: c < 0 ? e.lastRow : c,
    column: r || l < 0 ? e.width - 1 : l
  };
  e.width >= n.width && e.height >= n.height ? (t.reading.value = e, t.cursor.value = d) : (t.cursor.value = { row: 0, column: 0 }, t.reading.value = e, t.cursor.value = d);
}
class Ht {
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
    const { topK: o, topId: s, topLogit: i, topProb: a } = this.columns, r = this.cell(e, n) * o, l = [];
    for (let c = 0; c < o; c++) {
      const d = i[r + c], u = l[c - 1], h = u && u.logit === d ? u.rank : c + 1;
      l.push({ id: s[r + c], logit: d, prob: a[r + c], rank: h });
    }
    return l;
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
const Pt = "fathom.pack/1";
class T extends Error {
  name = "BadReading";
}
async function fs(t) {
  const e = new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(e).arrayBuffer());
  } catch {
    throw new T("the pack is no whole gzip stream");
  }
}
function ds(t) {
  const e = t.length / 4, n = new Uint32Array(e);
  for (let o = 0; o < e; o++)
    n[o] = (t[o] | t[e + o] << 8 | t[2 * e + o] << 16 | t[3 * e + o] << 24) >>> 0;
  return n;
}
function ps(t, e, n) {
  const o = /* @__PURE__ */ new Map();
  let s = n;
  for (const { name: i, type: a, values: r } of t.columns) {
    const l = s + 4 * r;
    if (!Number.isSafeInteger(l) || r < 0 || l > e.length) throw new T(`${i}: cut off`);
    if (o.has(i)) throw new T(`column ${i} stands twice`);
    o.set(i, { type: a, words: ds(e.subarray(s, l)) }), s = l;
  }
  if (s !== e.length) throw new T("there is more after the columns");
  return o;
}
function Oe(t) {
  const { model: e, lens: n, precision: o, run_id: s, program: i } = t;
  if (!e || !n || !Array.isArray(t.tokens)) throw new T("the reading names no model or tokens");
  const a = (t.watched ?? []).map((c) => ({
    text: c.text,
    ids: c.ids,
    sequence: c.sequence ? { position: c.sequence.position, logprobBits: c.sequence.logprob_bits } : void 0
  })), r = new Map((t.vocabulary ?? []).map((c) => [c.id, c.text]));
  return { info: { model: e, lens: n, precision: o, sampling: t.sampling ?? null, run_id: s, program: i }, tokens: t.tokens, watched: a, vocabulary: r };
}
async function ms(t) {
  const e = await fs(t), n = e.length < 4 ? 1 / 0 : new DataView(e.buffer).getUint32(0, !0);
  if (4 + n > e.length) throw new T("the pack's head is cut off");
  let o;
  try {
    o = JSON.parse(new TextDecoder("utf-8", { fatal: !0 }).decode(e.subarray(4, 4 + n)));
  } catch {
    throw new T("the pack's head is no JSON");
  }
  if (o.pack !== Pt && !String(o.pack).startsWith(`${Pt}.`))
    throw new T(`this reading's form is ${String(o.pack)}, and this viewer reads ${Pt}`);
  const s = ps(o, e, 4 + n), { rows: i, positions: a } = o.reading, r = Oe(o.reading), l = i.length * a.length, c = (v, b, k) => {
    const y = s.get(v);
    if (!y || y.type !== b || y.words.length !== k)
      throw new T(`${v}: expected ${k} values of ${b}`);
    return y.words;
  }, d = (v, b = 1) => new Float32Array(c(v, "f32", l * b).buffer), u = (v, b = 1) => {
    const k = c(v, "u32", l * b);
    if (k.includes(0)) throw new T(`${v}: 0 is no rank`);
    return k;
  }, [h, p] = [o.top_k, r.watched.length], w = {
    targetLogit: d("target_logit"),
    targetProb: d("target_prob"),
    targetRank: u("target_rank"),
    entropyBits: d("entropy_bits"),
    klBits: d("kl_bits"),
    klReverseBits: d("kl_reverse_bits"),
    surprisalBits: d("surprisal_bits"),
    topK: h,
    topId: c("top_id", "u32", l * h),
    topLogit: d("top_logit", h),
    topProb: d("top_prob", h),
    watchLogit: d("watch_logit", p),
    watchProb: d("watch_prob", p),
    watchRank: u("watch_rank", p)
  }, m = c("target_id", "u32", a.length), g = a.map((v, b) => {
    const [k, y] = [m[b], r.tokens[v + 1]];
    if (!r.tokens[v] || y && y.id !== k) throw new T(`target of position ${v}`);
    return { id: k, isArgmax: y === void 0 };
  });
  return new Ht({ ...r, rows: i, positions: a, targets: g, columns: w });
}
const zt = "fathom.reading/1";
function je(t, e, n) {
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
  if (t.schema !== zt && !String(t.schema).startsWith(`${zt}.`))
    throw new T(`this reading's form is ${String(t.schema)}, and this viewer reads ${zt}`);
  const e = Oe(t), { rows: n, positions: o } = t, s = new Map(n.map((u, h) => [`${u.site} ${u.layer}`, h])), i = new Map(o.map((u, h) => [u, h])), a = t.cells[0]?.top.length ?? 0, r = je(n.length * o.length, a, e.watched.length), l = [], c = ({ id: u, text: h }) => e.vocabulary.set(u, h);
  let d = 0;
  for (const u of t.cells) {
    const h = s.get(`${u.site} ${u.layer}`), p = i.get(u.position);
    if (h === void 0 || p === void 0 || u.top.length !== a) throw new T("a cell that fits nowhere");
    const w = h * o.length + p;
    if (r.targetRank[w] !== 0) throw new T("a cell that stands twice");
    d++, c(u.target), l[p] = { id: u.target.id, isArgmax: u.target.is_argmax }, r.targetLogit[w] = O(u.target.logit), r.targetProb[w] = O(u.target.prob), r.targetRank[w] = u.target.rank, r.entropyBits[w] = O(u.entropy_bits), r.klBits[w] = O(u.kl_bits), r.klReverseBits[w] = O(u.kl_reverse_bits), r.surprisalBits[w] = O(u.surprisal_bits), u.top.forEach((g, v) => {
      c(g), r.topId[w * a + v] = g.id, r.topLogit[w * a + v] = O(g.logit), r.topProb[w * a + v] = O(g.prob);
    });
    const m = e.watched.length;
    u.watch.forEach((g, v) => {
      c(g), r.watchLogit[w * m + v] = O(g.logit), r.watchProb[w * m + v] = O(g.prob), r.watchRank[w * m + v] = g.rank;
    });
  }
  if (d !== n.length * o.length || d === 0) throw new T("cells are missing");
  return new Ht({ ...e, rows: n, positions: o, targets: l, columns: r });
}
const gs = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"], vs = ["topId", "topLogit", "topProb"], bs = ["watchLogit", "watchProb", "watchRank"];
function ks(t, e) {
  const n = (h) => h.rows.map((p) => `${p.site} ${p.layer}`).join(), o = (h) => h.watched.map((p) => p.ids.join(" ")).join();
  if (n(t) !== n(e) || t.columns.topK !== e.columns.topK || o(t) !== o(e))
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  const s = [.../* @__PURE__ */ new Set([...t.positions, ...e.positions])].sort((h, p) => h - p), i = s.map((h) => {
    const p = e.positions.indexOf(h);
    return p >= 0 ? [e, p] : [t, t.positions.indexOf(h)];
  }), [a, r] = [t.columns.topK, t.watched.length], l = je(s.length * t.rows.length, a, r), c = (h, p) => {
    for (const w of h) {
      const m = l[w];
      for (let g = 0; g < t.rows.length; g++)
        i.forEach(([v, b], k) => {
          const y = v.columns[w], A = v.cell(g, b) * p;
          m.set(y.subarray(A, A + p), (g * s.length + k) * p);
        });
    }
  };
  c(gs, 1), c(vs, a), c(bs, r);
  const d = e.tokens.length >= t.tokens.length ? e.tokens : t.tokens, u = i.map(([h, p], w) => {
    const m = d[s[w] + 1], g = h.targets[p];
    return m && m.id === g.id ? { id: m.id, isArgmax: !1 } : g;
  });
  return new Ht({
    info: e.info,
    tokens: d,
    rows: t.rows,
    positions: s,
    targets: u,
    watched: e.watched,
    columns: l,
    vocabulary: new Map([...t.vocabulary, ...e.vocabulary])
  });
}
class Et extends Error {
  constructor(e) {
    super(e.detail || e.title), this.problem = e;
  }
}
const Gt = "fathom-token";
function ys() {
  const t = /(?:^#|&)token=([\w.~-]+)/.exec(location.hash)?.[1];
  t && (localStorage.setItem(Gt, t), history.replaceState(history.state, "", location.pathname + location.search));
}
const xs = (t) => localStorage.setItem(Gt, t);
async function I(t, e = {}) {
  const n = new Headers(e.headers), o = localStorage.getItem(Gt);
  o && n.set("authorization", `Bearer ${o}`), e.json !== void 0 && (n.set("content-type", "application/json"), e = { ...e, body: JSON.stringify(e.json) });
  const s = await fetch(`/api/v1${t}`, { ...e, headers: n }).catch((a) => {
    throw e.signal?.aborted ? a : new Et({ title: "No answer", detail: "The server does not answer. Is it still running?", status: 0 });
  });
  if (s.ok) return s;
  const i = await s.json().catch(() => ({}));
  throw new Et({ title: i.title ?? s.statusText, detail: i.detail ?? "", status: s.status });
}
const ft = async (t) => await (await t).json(), $s = () => ft(I("/models")), Ms = async () => (await ft(I("/readings"))).readings, Ss = (t) => ft(I(`/readings/${t}/summary`)), Es = (t) => ft(I("/readings", { method: "POST", json: t })), As = (t) => I(`/readings/${t}/cancel`, { method: "POST" }), Ns = (t, e) => I(`/readings/${t}`, { method: "PATCH", json: { name: e } }), Ls = (t) => I(`/readings/${t}`, { method: "DELETE" });
async function Bt(t) {
  const e = await I(`/readings/${t}?format=pack`);
  return ms(new Uint8Array(await e.arrayBuffer()));
}
async function Ts(t, e) {
  const n = await ft(I(`/readings/${t}/ranks`, { method: "POST", json: { tokens: e } })), o = (s) => Float32Array.from(s, (i) => i ?? NaN);
  return n.tokens.map((s) => ({
    id: s.id,
    text: s.text,
    logit: o(s.logit),
    prob: o(s.prob),
    rank: Uint32Array.from(s.rank)
  }));
}
async function Cs(t, e) {
  const n = await I(`/readings/${t}?format=${e}`), o = /filename="([^"]+)"/.exec(n.headers.get("content-disposition") ?? "")?.[1] ?? `reading.${e}`, s = URL.createObjectURL(await n.blob()), i = document.createElement("a");
  [i.href, i.download] = [s, o], i.click(), setTimeout(() => URL.revokeObjectURL(s), 1e4);
}
async function Rs(t, e, n) {
  let o = "";
  for (let s = 0; !n.aborted; ) {
    try {
      const i = o ? { "last-event-id": o } : {}, a = await I(`/readings/${t}/events`, { headers: i, signal: n });
      for await (const { event: r, data: l, id: c } of Ps(a))
        if (s = 0, o = c, e(r, JSON.parse(l)), ["done", "failed", "cancelled"].includes(r)) return;
    } catch (i) {
      if (n.aborted) return;
      if (i instanceof Et && i.problem.status !== 0 || ++s > 3) throw i;
    }
    await new Promise((i) => setTimeout(i, 500));
  }
}
async function* Ps(t) {
  const e = t.body?.pipeThrough(new TextDecoderStream()).getReader();
  let n = "";
  for (; ; ) {
    const { value: o, done: s } = await e?.read() ?? { value: void 0, done: !0 };
    if (s) return;
    n += o;
    for (let i = n.indexOf(`

`); i >= 0; i = n.indexOf(`

`)) {
      const a = { event: "message", data: "", id: "" }, r = [];
      for (const l of n.slice(0, i).split(`
`)) {
        const [, c, d] = /^(\w*): ?(.*)$/.exec(l) ?? [];
        c === "data" ? r.push(d ?? "") : (c === "event" || c === "id") && (a[c] = d ?? "");
      }
      n = n.slice(i + 2), r.length && (yield { ...a, data: r.join(`
`) });
    }
  }
}
function zs(t) {
  const e = f("p", { class: "a-context" }), n = f("input", { type: "text", "aria-label": "The new token", spellcheck: "false", autocomplete: "off" }), o = f("div", { class: "a-picks" }), s = () => a.close(), i = f(
    "form",
    { method: "dialog" },
    f("h2", {}, "Continue from another token"),
    e,
    n,
    o,
    f("div", { class: "a-buttons" }, f("button", { type: "button", class: "a-button", onclick: s }, "Leave it"), f("button", { type: "submit", class: "a-run" }, "Continue"))
  ), a = f("dialog", { class: "a-dialog", "aria-label": "Continue from another token" }, i);
  let r = 0;
  const l = (c) => {
    a.close(), t(r, c);
  };
  return i.addEventListener("submit", (c) => {
    c.preventDefault(), n.value !== "" && l({ text: n.value.replace(/␣/g, " ") });
  }), {
    element: a,
    ask(c, d) {
      r = d + 1;
      const u = c.tokens.slice(Math.max(0, r - 8), r).map(({ text: w }) => L($(w)));
      e.replaceChildren(...r > 8 ? ["… "] : [], ...u, f("span", { class: "a-blank" }, "?"));
      const h = c.positions.indexOf(d);
      n.value = h >= 0 ? $(c.targetText(h)) : "";
      const p = h >= 0 ? c.top(c.lastRow, h).slice(0, 6) : [];
      o.replaceChildren(...p.map(({ id: w }) => f("button", { type: "button", class: "a-button", onclick: () => l({ id: w }) }, L($(c.text(w)))))), a.showModal(), n.select();
    }
  };
}
const Bs = { ready: "", present: "", loading: " (loading)", failed: " (can’t be loaded)" };
function Is(t) {
  const e = f("textarea", {
    id: "a-prompt",
    rows: 2,
    required: !0,
    spellcheck: "false",
    "aria-label": "Prompt",
    placeholder: "A text to continue …"
  }), n = f("select", { "aria-label": "Model" }), o = f("select", { "aria-label": "Lens" }, f("option", { value: "logit" }, "logit"), f("option", { value: "raw" }, "raw")), s = f("input", { type: "checkbox" }), i = (k, y, A, E, G = "") => f("input", { type: "number", inputmode: "decimal", "aria-label": k, value: y, step: A, min: E, placeholder: G }), a = i("Tokens to generate", "8", "1", "0"), r = i("Temperature", "", "0.1", "0", "greedy"), l = i("Draw from the best k", "", "1", "1", "all"), c = i("Draw from probability mass", "", "0.05", "0", "all"), d = i("Seed", "", "1", "0", "0"), u = f("input", { type: "text", "aria-label": "Words to watch", placeholder: "␣is, ␣are", spellcheck: "false", autocomplete: "off" }), h = (k, y, A = "") => f("label", { class: "a-field", title: A }, f("span", {}, k), y), p = f("button", { class: "a-run", type: "submit", title: "Ctrl+Enter" }, "Read"), w = f(
    "details",
    { class: "a-more" },
    f("summary", {}, "More settings"),
    f(
      "div",
      { class: "a-fields" },
      h("Temperature", r, "0 or empty: always the best token"),
      h("Top k", l),
      h("Top p", c),
      h("Seed", d),
      h("Lens", o, "logit: the final norm at every layer; raw: at the last one only, as in the article"),
      h("Watch", u, "Words whose ranks every cell records, separated by commas; ␣ is a space"),
      f("label", { class: "a-check", title: "Through the model’s own chat template" }, s, f("span", {}, "As a chat message"))
    )
  ), m = (k) => k.value.trim() === "" ? void 0 : Number(k.value), g = () => {
    const k = m(a) ?? 0;
    if (k === 0) return;
    const y = { max_new_tokens: k }, A = (E, G) => {
      const dt = m(G);
      dt !== void 0 && (y[E] = dt);
    };
    return A("temperature", r), A("top_k", l), A("top_p", c), A("seed", d), y;
  }, v = () => u.value.split(",").map((k) => k.trim().replace(/␣/g, " ")).filter((k) => k !== ""), b = f(
    "form",
    { class: "a-form", autocomplete: "off" },
    e,
    f("div", { class: "a-row" }, h("Model", n), h("Generate", a, "Tokens to generate; 0 reads the prompt alone"), w, p)
  );
  return b.addEventListener("submit", (k) => {
    k.preventDefault();
    const y = g();
    t({
      ...n.value ? { model: n.value } : {},
      ...s.checked ? { chat: e.value } : { prompt: e.value },
      ...y ? { generate: y } : {},
      lens: o.value,
      watch: v()
    });
  }), e.addEventListener("keydown", (k) => {
    k.key === "Enter" && (k.ctrlKey || k.metaKey) && (k.preventDefault(), b.requestSubmit());
  }), {
    element: b,
    setModels({ models: k, limits: y }) {
      const A = n.value;
      n.replaceChildren(...k.map((E) => f("option", { value: E.name, disabled: E.state === "failed" }, E.name + Bs[E.state]))), n.value = k.some((E) => E.name === A) ? A : k.find((E) => E.default)?.name ?? "", a.max = String(y.new_tokens);
    },
    setPrompt(k) {
      e.value = k;
    },
    generate: g,
    focus: () => e.focus()
  };
}
function Os(t, e) {
  const n = f("input", { type: "password", "aria-label": "Token", autocomplete: "off", required: !0 }), o = f(
    "form",
    { class: "a-gate" },
    f("h1", {}, "Fathom"),
    f("p", {}, "This server asks for its token. It stands in the address that `fathom serve` printed, after #token="),
    n,
    f("button", { class: "a-run", type: "submit" }, "Open")
  );
  o.addEventListener("submit", (s) => {
    s.preventDefault(), xs(n.value.trim()), e();
  }), t.replaceChildren(o), n.focus();
}
const js = {
  queued: "waiting",
  running: "running",
  failed: "failed",
  cancelled: "stopped"
}, le = (t) => t.split(" ").map(F).join(" ");
function Ws(t) {
  const e = f("ul", { class: "a-list" }), n = f("p", { class: "a-soft" }, "Readings that you make are kept here.");
  return {
    element: f("nav", { class: "a-history", "aria-label": "History" }, f("h2", {}, "History"), e, n),
    show(s, i) {
      n.hidden = s.length > 0, e.replaceChildren(...s.map((a) => _s(a, a.id === i, t)));
    }
  };
}
function _s(t, e, n) {
  const o = f("span", { class: "a-name" }, L(le(t.name))), s = t.output ? f("span", { class: "a-output" }, L(le(t.output))) : null, i = js[t.status], a = new Date(t.created).toLocaleString(void 0, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }), r = [i, t.model, `${t.tokens} tokens`, a].filter((m) => m).join(" · "), l = f("a", {
    class: "a-open",
    href: `/r/${t.id}`,
    "aria-current": e ? "page" : null,
    onclick: (m) => {
      m.ctrlKey || m.metaKey || m.shiftKey || (m.preventDefault(), n.open(t.id));
    }
  }, o, s, f("span", { class: `a-facts a-${t.status}` }, r)), c = t.status === "done", d = f("div", { class: "a-menu", hidden: !0 }), u = (m, g) => f("button", { type: "button", onclick: () => {
    d.hidden = !0, g();
  } }, m), h = () => Ds(l, o, t.name, (m) => n.rename(t.id, m));
  d.append(
    ...c && !e ? [u("Compare with the one shown", () => n.compare(t.id))] : [],
    u("Rename", h),
    ...c ? [u("Copy link", () => n.share(t.id))] : [],
    ...c ? ["html", "svg", "png", "json", "csv", "parquet", "pack"].map((m) => u(`Save as ${m}`, () => n.save(t.id, m))) : [],
    u("Delete", () => n.remove(t.id))
  );
  const p = f("button", {
    class: "a-dots",
    type: "button",
    "aria-label": `Actions for ${t.name}`,
    "aria-expanded": "false",
    onclick: () => {
      d.hidden = !d.hidden, p.setAttribute("aria-expanded", String(!d.hidden)), d.hidden || d.querySelector("button")?.focus();
    }
  }, "⋯"), w = f("li", {}, l, p, d);
  return w.addEventListener("keydown", (m) => {
    m.key === "Escape" && !d.hidden && (d.hidden = !0, p.focus());
  }), w.addEventListener("focusout", (m) => {
    w.contains(m.relatedTarget) || (d.hidden = !0);
  }), w;
}
function Ds(t, e, n, o) {
  const s = f("input", { class: "a-rename", type: "text", maxlength: 200, "aria-label": "Name", value: n });
  let i = !1;
  const a = (r) => {
    i || (i = !0, t.hidden = !1, s.remove(), r && s.value.trim() && s.value !== n && o(s.value.trim()));
  };
  s.addEventListener("keydown", (r) => {
    r.stopPropagation(), r.key === "Enter" && a(!0), r.key === "Escape" && a(!1);
  }), s.addEventListener("blur", () => a(!0)), e.closest("li")?.prepend(s), t.hidden = !0, s.select();
}
function Fs() {
  const t = f("span", { class: "a-words" }), e = f("progress", { max: 1, "aria-label": "Progress" }), n = f("button", { type: "button", class: "a-button" }, "Cancel"), o = f("button", { type: "button", class: "a-button", onclick: () => r() }, "Dismiss"), s = f("div", { class: "a-status", role: "status", hidden: !0 }, t, e, n, o);
  let i = null;
  n.addEventListener("click", () => i?.());
  const a = (l, c, d) => {
    t.textContent !== l && (t.textContent = l), s.dataset.kind = c, s.hidden = !1, [e.hidden, n.hidden, o.hidden] = [!d.bar, !d.stop, !d.close];
  };
  function r() {
    s.hidden = !0, t.textContent = "";
  }
  return {
    element: s,
    busy(l, c, d) {
      i = d, c === null ? e.removeAttribute("value") : e.value = c, a(l, "busy", { bar: !0, stop: d !== null, close: !1 });
    },
    error: (l) => a(l, "error", { bar: !1, stop: !1, close: !0 }),
    note: (l) => a(l, "note", { bar: !1, stop: !1, close: !0 }),
    clear: r
  };
}
const X = "example";
class Ks {
  constructor(e) {
    this.root = e, ys(), ce("auto");
    const n = f("a", { href: "/", onclick: (a) => {
      a.preventDefault(), this.open(X);
    } }, "Fathom"), o = f("button", { class: "a-button", type: "button", onclick: () => {
      this.prompt.setPrompt(""), this.prompt.focus();
    } }, "New reading"), s = f(
      "aside",
      { class: "a-side" },
      f("div", { class: "a-brand" }, n, o),
      this.history.element,
      f("p", { class: "a-foot" }, f("a", { href: "/api/docs" }, "HTTP API"))
    ), i = f("div", { class: "a-line" }, this.status.element, this.compareButton);
    e.replaceChildren(s, f("div", { class: "a-main" }, this.prompt.element, i, this.place), this.branch.element), window.addEventListener("popstate", () => It() !== this.shown.id && void this.open(It())), this.prompt.setPrompt("The keys to the cabinet"), this.open(It()), this.models();
  }
  viewer = null;
  /** Which reading the viewer shows. */
  viewed = "";
  shown = { id: "", reading: null };
  /** The run before, to compare with. */
  before = null;
  following = new AbortController();
  theme = "auto";
  status = Fs();
  place = f("div", { class: "a-viewer" });
  prompt = Is((e) => void this.run(e));
  branch = zs((e, n) => {
    const o = this.prompt.generate() ?? { max_new_tokens: 8 };
    this.run({ parent: { reading: this.shown.id, position: e, token: n }, generate: o });
  });
  compareButton = f("button", {
    class: "a-button",
    type: "button",
    hidden: !0,
    onclick: () => this.before?.reading && this.compareWith(this.before.reading)
  }, "Compare with the run before");
  history = Ws({
    open: (e) => void this.open(e),
    compare: (e) => void this.attempt(async () => this.compareWith(await Bt(e))),
    rename: (e, n) => void this.attempt(async () => {
      await Ns(e, n), await this.refresh();
    }),
    remove: (e) => void this.attempt(async () => {
      await Ls(e), await this.refresh(), e === this.shown.id && await this.open(X);
    }),
    save: (e, n) => void this.attempt(() => Cs(e, n)),
    share: (e) => void this.share(`${location.origin}/r/${e}`)
  });
  /** Does something that may be refused, and says so. */
  async attempt(e) {
    try {
      return await e();
    } catch (n) {
      n instanceof Et && n.problem.status === 401 && Os(this.root, () => location.reload()), this.status.error(n instanceof Error ? n.message : String(n));
      return;
    }
  }
  async refresh() {
    this.history.show(await Ms(), this.shown.id);
  }
  /** Shows a reading; the one that is shown already, grown, goes on in the viewer that stands. */
  async show(e, n) {
    const { id: o } = this.shown, s = this.shown.reading === null;
    if (this.shown.reading = e, this.viewed === o) return this.viewer?.update(e);
    if (!s) return;
    const i = {
      reading: () => Promise.resolve(e),
      ranks: async (l) => (await n, Ts(o, l))
    };
    this.viewer?.destroy(), this.viewer = null, this.viewed = "";
    const a = {
      label: "Continue from another token …",
      title: "Replace the token that follows this position, and generate on from there",
      run: ({ position: l }) => this.shown.reading && this.branch.ask(this.shown.reading, l)
    }, r = await cs(this.place, i, { height: "100%", deepLinks: !0, theme: this.theme, actions: [a] });
    if (this.shown.id !== o) return r.destroy();
    [this.viewer, this.viewed] = [r, o], this.shown.reading !== e && r.update(this.shown.reading), x(() => {
      this.theme = r.state.theme.value, ce(this.theme);
    });
  }
  /** Leaves what is shown for another reading. */
  leave(e) {
    this.following.abort(), this.following = new AbortController(), this.shown.reading && this.shown.id !== X && (this.before = { ...this.shown }), this.compareButton.hidden = !0, this.shown = { id: e, reading: null };
    const n = e === X ? "/" : `/r/${e}`;
    location.pathname !== n && window.history.pushState(null, "", n);
  }
  /** Opens a reading that is finished, or follows one that is not. */
  async open(e) {
    this.leave(e), await this.attempt(async () => {
      const n = await Ss(e);
      if (this.shown.id !== e) return;
      if (n.status !== "done")
        return n.problem ? this.status.error(`${n.problem.title}: ${n.problem.detail}`) : this.follow(e);
      this.status.clear();
      const o = await Bt(e);
      this.shown.id === e && (await this.show(o, Promise.resolve()), e !== X && this.prompt.setPrompt(Us(o)), this.offerCompare());
    }), await this.attempt(() => this.refresh());
  }
  async run(e) {
    const n = await this.attempt(() => Es(e));
    n && (this.leave(n.id), this.attempt(() => this.refresh()), await this.attempt(() => this.follow(n.id)), await this.attempt(() => this.refresh()));
  }
  /** Shows a reading as it is made. */
  async follow(e) {
    const { signal: n } = this.following;
    let o = () => {
    };
    const s = new Promise((r) => o = r), i = () => void this.attempt(() => As(e));
    this.status.busy("Asked …", null, i), await Rs(e, (r, l) => {
      if (n.aborted) return;
      const c = l;
      if (r === "token") {
        const d = ws(c.reading);
        this.show(this.shown.reading ? ks(this.shown.reading, d) : d, s);
      } else r === "done" ? (o(), this.attempt(() => this.complete(e, s))) : this.tell(r, c, i);
    }, n);
  }
  /** An event in words. */
  tell(e, n, o) {
    const { status: s } = this, i = n.step === "prompt" ? `Prompt: ${n.done} of ${n.total} tokens` : `Token ${n.done} of ${n.total}`;
    e === "queued" && n.position > 0 && s.busy(`Waiting: ${n.position} before this one`, null, o), e === "loading" && s.busy("The model is being loaded", n.fraction, o), e === "started" && s.busy("Reading the prompt", 0, o), e === "progress" && s.busy(i, n.done / n.total, o), e === "failed" && s.error(`${n.problem.title}: ${n.problem.detail}`), e === "cancelled" && s.note("Stopped. What had been computed is shown, but not kept.");
  }
  /** The reading as it was saved, in place of its parts. */
  async complete(e, n) {
    const o = await Bt(e);
    this.shown.id === e && (await this.show(o, n), this.status.clear(), this.offerCompare());
  }
  offerCompare() {
    this.compareButton.hidden = !this.before?.reading || this.before.id === this.shown.id;
  }
  compareWith(e) {
    const { viewer: n } = this;
    if (!n) return;
    n.compareWith(e);
    const o = n.state.reading.peek();
    n.state.move(o.lastRow, o.blank()), n.state.view.value = "compare";
  }
  async share(e) {
    const o = await navigator.clipboard?.writeText(e).then(() => !0, () => !1) ? "is on the clipboard" : `is ${e}`;
    this.status.note(`The reading’s address ${o}. It opens for whoever can reach this server.`);
  }
  async models() {
    const e = await this.attempt($s);
    e && (this.prompt.setModels(e), e.models.some((n) => n.state === "loading") && setTimeout(() => void this.models(), 1e3));
  }
}
const It = () => /^\/r\/([0-9a-z]+)$/.exec(location.pathname)?.[1] ?? X;
function Us(t) {
  const e = t.tokens.filter(({ origin: n }) => n === "prompt").map(({ bytes: n }) => n).join("");
  return new TextDecoder().decode(Uint8Array.from(e.match(/../g) ?? [], (n) => parseInt(n, 16)));
}
function ce(t) {
  const e = t === "dark" || t === "auto" && matchMedia("(prefers-color-scheme: dark)").matches, n = document.documentElement;
  for (const [o, s] of Object.entries(z(e ? "dark" : "light"))) n.style.setProperty(`--f-${o}`, s);
  n.style.colorScheme = e ? "dark" : "light";
}
const ue = document.getElementById("app");
ue && new Ks(ue);
