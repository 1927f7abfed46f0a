var Xe = Symbol.for("preact-signals");
function Xt() {
  if (Q > 1)
    Q--;
  else {
    var t, e = !1;
    for ((function() {
      var s = Ct;
      for (Ct = void 0; s !== void 0; ) {
        var i = s.S;
        if (i.v === s.v) for (var a = i.t; a !== void 0; a = a.x) a.i === s.i && (a.i = i.i);
        s = s.o;
      }
    })(); vt !== void 0; ) {
      var n = vt;
      for (vt = void 0, Tt++; n !== void 0; ) {
        var o = n.u;
        if (n.u = void 0, n.f &= -3, !(8 & n.f) && xe(n)) try {
          n.c();
        } catch (s) {
          e || (t = s, e = !0);
        }
        n = o;
      }
    }
    if (Tt = 0, Q--, e) throw t;
  }
}
var bt, L = void 0;
function Ot(t) {
  var e = L, n = bt;
  L = void 0, bt = void 0;
  try {
    return t();
  } finally {
    L = e, bt = n;
  }
}
var vt = void 0, Q = 0, Tt = 0, se = 0, Ct = void 0, Rt = 0;
function ye(t) {
  if (L !== void 0) {
    var e = t.n;
    if (e === void 0 || e.t !== L)
      return e = { i: 0, S: t, p: L.s, n: void 0, t: L, e: void 0, x: void 0, r: e }, L.s !== void 0 && (L.s.n = e), L.s = e, t.n = e, 32 & L.f && t.S(e), e;
    if (e.i === -1)
      return e.i = 0, e.n !== void 0 && (e.n.p = e.p, e.p !== void 0 && (e.p.n = e.n), e.p = L.s, e.n = void 0, L.s.n = e, L.s = e), e;
  }
}
function I(t, e) {
  this.v = t, this.i = 0, this.n = void 0, this.t = void 0, this.l = 0, this.W = e?.watched, this.Z = e?.unwatched, this.name = e?.name;
}
I.prototype.brand = Xe;
I.prototype.h = function() {
  return !0;
};
I.prototype.S = function(t) {
  var e = this, n = this.t;
  n !== t && t.e === void 0 && (t.x = n, this.t = t, n !== void 0 ? n.e = t : Ot(function() {
    var o;
    (o = e.W) == null || o.call(e);
  }));
};
I.prototype.U = function(t) {
  var e = this;
  if (this.t !== void 0) {
    var n = t.e, o = t.x;
    n !== void 0 && (n.x = o, t.e = void 0), o !== void 0 && (o.e = n, t.x = void 0), t === this.t && (this.t = o, o === void 0 && Ot(function() {
      var s;
      (s = e.Z) == null || s.call(e);
    }));
  }
};
I.prototype.subscribe = function(t) {
  var e = this;
  return M(function() {
    var n = e.value;
    Ot(function() {
      return t(n);
    });
  }, { name: "sub" });
};
I.prototype.valueOf = function() {
  return this.value;
};
I.prototype.toString = function() {
  return this.value + "";
};
I.prototype.toJSON = function() {
  return this.value;
};
I.prototype.peek = function() {
  var t = this;
  return Ot(function() {
    return t.value;
  });
};
Object.defineProperty(I.prototype, "value", { get: function() {
  var t = ye(this);
  return t !== void 0 && (t.i = this.i), this.v;
}, set: function(t) {
  if (t !== this.v) {
    if (Tt > 100) throw new Error("Cycle detected");
    (function(n) {
      Q !== 0 && Tt === 0 && n.l !== se && (n.l = se, Ct = { S: n, v: n.v, i: n.i, o: Ct });
    })(this), this.v = t, this.i++, Rt++, Q++;
    try {
      for (var e = this.t; e !== void 0; e = e.x) e.t.N();
    } finally {
      Xt();
    }
  }
} });
function A(t, e) {
  return new I(t, e);
}
function xe(t) {
  for (var e = t.s; e !== void 0; e = e.n) if (e.S.i !== e.i || !e.S.h() || e.S.i !== e.i) return !0;
  return !1;
}
function $e(t) {
  for (var e = t.s; e !== void 0; e = e.n) {
    var n = e.S.n;
    if (n !== void 0 && (e.r = n), e.S.n = e, e.i = -1, e.n === void 0) {
      t.s = e;
      break;
    }
  }
}
function Me(t) {
  for (var e = t.s, n = void 0; e !== void 0; ) {
    var o = e.p;
    e.i === -1 ? (e.S.U(e), o !== void 0 && (o.n = e.n), e.n !== void 0 && (e.n.p = o)) : n = e, e.S.n = e.r, e.r !== void 0 && (e.r = void 0), e = o;
  }
  t.s = n;
}
function et(t, e) {
  I.call(this, void 0, e), this.x = t, this.s = void 0, this.g = Rt - 1, this.f = 4;
}
et.prototype = new I();
et.prototype.h = function() {
  if (this.f &= -3, 1 & this.f) return !1;
  if ((36 & this.f) == 32 || (this.f &= -5, this.g === Rt)) return !0;
  if (this.g = Rt, this.f |= 1, this.i > 0 && !xe(this))
    return this.f &= -2, !0;
  var t = L;
  try {
    $e(this), L = this;
    var e = this.x();
    (16 & this.f || this.v !== e || this.i === 0) && (this.v = e, this.f &= -17, this.i++);
  } catch (n) {
    this.v = n, this.f |= 16, this.i++;
  }
  return L = t, Me(this), this.f &= -2, !0;
};
et.prototype.S = function(t) {
  if (this.t === void 0) {
    this.f |= 36;
    for (var e = this.s; e !== void 0; e = e.n) e.S.S(e);
  }
  I.prototype.S.call(this, t);
};
et.prototype.U = function(t) {
  if (this.t !== void 0 && (I.prototype.U.call(this, t), this.t === void 0)) {
    this.f &= -33;
    for (var e = this.s; e !== void 0; e = e.n) e.S.U(e);
  }
};
et.prototype.N = function() {
  if (!(2 & this.f)) {
    this.f |= 6;
    for (var t = this.t; t !== void 0; t = t.x) t.t.N();
  }
};
Object.defineProperty(et.prototype, "value", { get: function() {
  if (1 & this.f) throw new Error("Cycle detected");
  var t = ye(this);
  if (this.h(), t !== void 0 && (t.i = this.i), 16 & this.f) throw this.v;
  return this.v;
} });
function z(t, e) {
  return new et(t, e);
}
function Se(t) {
  var e = t.j;
  if (t.j = void 0, typeof e == "function") {
    Q++;
    var n = L;
    L = void 0;
    try {
      e();
    } catch (o) {
      throw t.f &= -2, t.f |= 8, Jt(t), o;
    } finally {
      L = n, Xt();
    }
  }
}
function Jt(t) {
  for (var e = t.s; e !== void 0; e = e.n) e.S.U(e);
  t.x = void 0, t.s = void 0, Se(t);
}
function Je(t) {
  if (L !== this) throw new Error("Out-of-order effect");
  Me(this), L = t, this.f &= -2;
  try {
    8 & this.f && Jt(this);
  } finally {
    Xt();
  }
}
function pt(t, e) {
  this.x = t, this.j = void 0, this.s = void 0, this.u = void 0, this.f = 32, this.name = e?.name, bt && bt.push(this);
}
pt.prototype.c = function() {
  var t = this.S();
  try {
    if (8 & this.f || this.x === void 0) return;
    var e = this.x();
    typeof e == "function" && (this.j = e);
  } finally {
    t();
  }
};
pt.prototype.S = function() {
  if (1 & this.f) throw new Error("Cycle detected");
  this.f |= 1, this.f &= -9, Se(this), $e(this), Q++;
  var t = L;
  return L = this, Je.bind(this, t);
};
pt.prototype.N = function() {
  2 & this.f || (this.f |= 2, this.u = vt, vt = this);
};
pt.prototype.d = function() {
  this.f |= 8, 1 & this.f || Jt(this);
};
pt.prototype.dispose = function() {
  this.d();
};
function M(t, e) {
  var n = new pt(t, e);
  try {
    n.c();
  } catch (s) {
    throw n.d(), s;
  }
  var o = n.d.bind(n);
  return o[Symbol.dispose] = o, o;
}
const Ee = "–";
function F(t) {
  if (Number.isNaN(t)) return Ee;
  if (t < Math.fround(1e-4)) return "<0.01%";
  if (t > Math.fround(0.9999)) return ">99.99%";
  const e = t * 100;
  return `${e.toFixed(e >= 9.995 && e < 98.95 ? 1 : 2)}%`;
}
function B(t) {
  if (Number.isNaN(t)) return Ee;
  if (!Number.isFinite(t)) return t > 0 ? "∞" : "-∞";
  const e = t.toFixed(Math.abs(t) < 99.995 ? 2 : 1);
  return e === "-0.00" ? "0.00" : e;
}
const K = (t) => String(t).replace(/\B(?=(\d{3})+$)/g, ",");
function Ye(t) {
  return t < 1e4 ? String(t) : t < 1e6 ? `${Math.floor(t / 1e3)}k` : `${Math.floor(t / 1e6)}M`;
}
const Ze = { light: { surface: "#ffffff", raised: "#f6f7f9", sunken: "#eceff3", text: "#16181d", muted: "#595f69", line: "#d5d9e0", accent: "#0072b2", focus: "#b0005e", warning: "#8a4b00" }, dark: { surface: "#14161b", raised: "#1d2027", sunken: "#0e1014", text: "#eceef2", muted: "#a2a9b5", line: "#363b45", accent: "#56b4e9", focus: "#ff7ab8", warning: "#f0b357" } }, Qe = { default: "cividis", light: { cividis: ["#fee838", "#f0d846", "#dec958", "#cdbb63", "#bcae6c", "#aba072", "#9b9476", "#8c8878", "#7d7c78", "#6f7073", "#61656f", "#535a6d", "#434e6c", "#32436d", "#1a386f", "#002e6a", "#00224e"], viridis: ["#fde725", "#d8e219", "#addc30", "#84d44b", "#5ec962", "#3fbc73", "#28ae80", "#1fa088", "#21918c", "#26828e", "#2c728e", "#33638d", "#3b528b", "#424086", "#472d7b", "#48186a", "#440154"], rose: ["#f8ecf5", "#f7e0f0", "#f5d5eb", "#f3c9e5", "#f1bede", "#f0b2d8", "#eea6d1", "#ec9ac9", "#ea8ec1", "#e782b9", "#e575b0", "#e368a7", "#e05a9e", "#dd4b95", "#da398b", "#d72381", "#d30076"] }, dark: { cividis: ["#00224e", "#002e6a", "#1a386f", "#32436d", "#434e6c", "#535a6d", "#61656f", "#6f7073", "#7d7c78", "#8c8878", "#9b9476", "#aba072", "#bcae6c", "#cdbb63", "#dec958", "#f0d846", "#fee838"], viridis: ["#440154", "#48186a", "#472d7b", "#424086", "#3b528b", "#33638d", "#2c728e", "#26828e", "#21918c", "#1fa088", "#28ae80", "#3fbc73", "#5ec962", "#84d44b", "#addc30", "#d8e219", "#fde725"], rose: ["#281a37", "#322041", "#3d264b", "#482c55", "#54325f", "#603869", "#6d3e72", "#7b447b", "#884a84", "#97508c", "#a55694", "#b45c9b", "#c462a2", "#d369a8", "#e36fad", "#f476b2", "#ff7cb7"] } }, tn = { light: ["#00569f", "#256bab", "#467eb6", "#6492c2", "#81a6cd", "#9ebad8", "#bbcee2", "#d9e2ed", "#f7f7f7", "#f2e1da", "#edccbd", "#e7b6a1", "#e0a185", "#d88b68", "#d0754b", "#c75f28", "#bd4600"], dark: ["#52b5f4", "#4ea1d8", "#4a8ebc", "#467ca1", "#406a86", "#3b586d", "#354754", "#2e363d", "#262626", "#3d342c", "#554131", "#6e4f36", "#875d39", "#a26b3c", "#bd7a3e", "#d98840", "#f59740"] }, en = { light: ["#0072b2", "#d55e00", "#009e73", "#b9588f", "#a97000", "#2f8fc6", "#5f6368", "#857500"], dark: ["#56b4e9", "#e69f00", "#2dbd92", "#dd8fbb", "#f0e442", "#ef7b2f", "#a3b8cc", "#8fd3c1"], dashes: [[], [7, 3], [2, 2.5], [9, 3, 2, 3], [5, 2, 1.5, 2, 1.5, 2], [1, 3], [12, 3], [4, 4]], markers: ["circle", "diamond", "triangle", "square", "circle-open", "diamond-open", "triangle-open", "square-open"] }, nn = { rank: { label: "rank", curve: "log", strong: 1, faint: 5e3, blank: 5e3, ticks: [1, 3, 10, 30, 100, 300, 1e3, 5e3] }, prob: { label: "probability", curve: "root", strong: 1, faint: 0, blank: 1e-4, ticks: [1, 0.5, 0.2, 0.05, 0.01, 1e-4] }, logit: { label: "logit", curve: "linear", strong: null, faint: null, blank: null, ticks: [] }, entropy: { label: "entropy, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, kl: { label: "KL, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] }, surprisal: { label: "surprisal, bits", curve: "root", strong: 0, faint: 16, blank: 16, ticks: [0, 0.5, 1, 2, 4, 8, 16] } }, J = {
  grounds: Ze,
  ramps: Qe,
  diverging: tn,
  series: en,
  metrics: nn
}, Yt = ["cividis", "viridis", "rose"], on = J.ramps.default, Ae = J.metrics, Gt = J.series.dashes, Pt = J.series.markers, j = (t) => J.grounds[t], Ne = (t) => J.series[t], sn = (t) => [1, 3, 5].map((e) => parseInt(t.slice(e, e + 2), 16));
function an([t, e, n]) {
  const o = (s) => {
    const i = s / 255;
    return i <= 0.04045 ? i / 12.92 : ((i + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * o(t) + 0.7152 * o(e) + 0.0722 * o(n);
}
function rn(t) {
  const e = an(t);
  return (e + 0.05) / 0.05 >= 1.05 / (e + 0.05) ? "#000000" : "#ffffff";
}
function ln(t) {
  const e = t.map(sn), n = { css: [], ink: [], packed: new Uint32Array(256) };
  for (let o = 0; o < 256; o++) {
    const s = o / 255 * (e.length - 1), i = Math.min(Math.floor(s), e.length - 2), [a, r] = [e[i], e[i + 1]], l = a.map((c, d) => Math.round(c + (r[d] - c) * (s - i)));
    n.css.push(`#${l.map((c) => c.toString(16).padStart(2, "0")).join("")}`), n.ink.push(rn(l)), n.packed[o] = (255 << 24 | l[2] << 16 | l[1] << 8 | l[0]) >>> 0;
  }
  return n;
}
const ie = /* @__PURE__ */ new Map();
function ct(t, e) {
  const n = `${t} ${e}`;
  let o = ie.get(n);
  return o || (o = ln(t === "diverging" ? J.diverging[e] : J.ramps[e][t]), ie.set(n, o)), o;
}
const jt = (t) => t >= 0 ? Math.round(Math.min(t, 1) * 255) : -1, tt = {
  rank: { name: "Rank", describe: "rank of the token that came next", write: Ye, ofTarget: !0 },
  prob: { name: "Probability", describe: "probability of the token that came next", write: F, ofTarget: !0 },
  logit: { name: "Logit", describe: "logit of the token that came next, on this reading’s own range", write: B, ofTarget: !0 },
  entropy: { name: "Entropy", describe: "entropy of the prediction, in bits", write: B, ofTarget: !1 },
  kl: { name: "KL", describe: "KL divergence of the last layer from this one, in bits", write: B, ofTarget: !1 },
  surprisal: { name: "Surprisal", describe: "surprisal of the token that came next, in bits", write: B, ofTarget: !0 }
}, st = Object.keys(tt);
function ut(t, e) {
  const n = t.columns;
  return { rank: n.targetRank, prob: n.targetProb, logit: n.targetLogit, entropy: n.entropyBits, kl: n.klBits, surprisal: n.surprisalBits }[e];
}
const ae = /* @__PURE__ */ new WeakMap();
function Le(t) {
  let e = ae.get(t);
  if (!e) {
    e = [1 / 0, -1 / 0];
    for (const n of t.columns.targetLogit)
      n < e[0] && (e[0] = n), n > e[1] && (e[1] = n);
    e[0] > e[1] && (e = [0, 0]), ae.set(t, e);
  }
  return e;
}
function Zt(t, e) {
  if (t !== "logit") return (s) => Te(t, s);
  const [n, o] = Le(e);
  return (s) => o > n ? (s - n) / (o - n) : s === n ? 1 : NaN;
}
function Te(t, e) {
  const { curve: n, strong: o, faint: s, blank: i } = Ae[t];
  return n === "log" ? e > i ? NaN : 1 - Math.log(e / o) / Math.log(s / o) : o > s ? e < i ? NaN : Math.sqrt((e - s) / (o - s)) : e <= i ? 1 - Math.sqrt(Math.max(0, e - o) / (s - o)) : NaN;
}
function cn(t, e) {
  if (t === "logit") {
    const [a, r] = Le(e);
    return { ticks: [1, 0.75, 0.5, 0.25, 0].map((c) => ({ label: (a + (r - a) * c).toFixed(1), strength: c })), blank: "scale: this reading’s own" };
  }
  const n = (a) => t === "prob" ? `${+(a * 100).toPrecision(2)}%` : t === "rank" ? K(a) : String(a), { ticks: o, blank: s } = Ae[t], i = t === "prob" ? `blank: below ${n(s)}` : `blank: beyond ${n(s)}`;
  return { ticks: o.map((a) => ({ label: n(a), strength: Te(t, a) })), blank: i };
}
const un = 3, hn = /[\0-\x1f\x7f-\xa0\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u3164\uffa0\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\ue000-\uf8ff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}\ud800-\udfff]/u, fn = /[\p{Mn}\p{Me}\p{Grapheme_Extend}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u, re = (t) => hn.test(t) || (t.codePointAt(0) & 65534) === 65534, Mt = /* @__PURE__ */ new Map();
function G(t) {
  let e = Mt.get(t);
  return e === void 0 && (e = dn(t), Mt.size > 1e5 && Mt.clear(), Mt.set(t, e)), e;
}
function dn(t) {
  const e = t.length - t.replace(/^ +/, "").length, n = t.replace(/ +$/, "").length;
  let o = "", s = 0, i = 0;
  for (const a of t) {
    const r = !re(a) && fn.test(a);
    s = r ? s + 1 : 0, a === " " && (i < e || i >= n) ? o += "␣" : a === `
` ? o += "⏎" : a === "	" ? o += "⇥" : re(a) || s > un ? o += `⟨U+${a.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩` : o += r && o === "" ? `◌${a}` : a, i += a.length;
  }
  return o;
}
const S = (t) => t === "" ? "''" : G(t);
function pn(t, e) {
  const n = Zt(e, t);
  return Int16Array.from(ut(t, e), (o) => jt(n(o)));
}
function mn(t, e) {
  const n = t.input(e);
  return {
    index: String(t.positions[e] ?? ""),
    input: S(n?.text ?? ""),
    target: S(t.targetText(e)),
    origin: n?.origin ?? "prompt",
    argmax: t.targets[e]?.isArgmax ?? !1
  };
}
function Qt(t, e, n) {
  const [o] = t.top(e, n), s = t.target(e, n), i = t.rowName(e), a = `${/^\d/.test(i) ? `layer ${i}` : i}, position ${t.positions[n]}, after ${S(t.input(n)?.text ?? "")}`, r = o ? `top ${S(t.text(o.id))} ${F(o.prob)}` : "no candidates";
  return `${a}: ${r}; target ${S(t.targetText(n))} rank ${K(s.rank)}, ${F(s.prob)}`;
}
function zt(t, e, n) {
  const o = ut(t, e), s = tt[e].write, i = t.lastRow;
  return {
    rows: t.height,
    columns: t.width,
    steps: pn(t, e),
    lut: n,
    rowName: (a) => t.rowName(a),
    head: (a) => mn(t, a),
    label: (a, r) => S(t.text(t.topId(a, r))),
    number: (a, r) => s(o[t.cell(a, r)]),
    tick: (a, r) => t.topId(a, r) === t.topId(i, r),
    describe: (a, r) => Qt(t, a, r)
  };
}
const Ce = (t, e, n, o) => t.input(e)?.bytes === n.input(o)?.bytes;
function wn(t, e, n) {
  const o = n === null ? bn(t, e) : vn(t.width, e.width, n), s = (r) => r.rows.map((l, c) => r.rowName(c)).join(), i = s(t) !== s(e), a = t.rows.map((r, l) => i ? gn(t, e, l) : l);
  return { columns: o, rows: a, byDepth: i, common: Re(t, e) };
}
function gn(t, e, n) {
  const o = (i, a) => ((i.rows[a]?.layer ?? 0) + 1) / Math.max(1, i.info.model.layers);
  let s = 0;
  for (let i = 1; i < e.height; i++)
    Math.abs(o(e, i) - o(t, n)) <= Math.abs(o(e, s) - o(t, n)) && (s = i);
  return s;
}
function Re(t, e) {
  let n = 0;
  for (; n < t.width && n < e.width && Ce(t, n, e, n); ) n++;
  return n;
}
function bn(t, e) {
  const n = Re(t, e), o = Math.min(t.width, e.width);
  let s = 0;
  for (; n + s < o && Ce(t, t.width - 1 - s, e, e.width - 1 - s); ) s++;
  const i = [], [a, r] = [t.width - s, e.width - s];
  for (let l = 0; l < n; l++) i.push({ a: l, b: l });
  for (let l = n; l < a || l < r; l++) i.push({ a: l < a ? l : null, b: l < r ? l : null });
  for (let l = 0; l < s; l++) i.push({ a: a + l, b: r + l });
  return i;
}
function vn(t, e, n) {
  const o = [];
  for (let s = Math.min(0, -n); s < Math.max(t, e - n); s++) {
    const i = s + n, a = { a: s >= 0 && s < t ? s : null, b: i >= 0 && i < e ? i : null };
    (a.a !== null || a.b !== null) && o.push(a);
  }
  return o;
}
const ht = 8;
let kn = 0;
class yn {
  constructor(e, n) {
    this.source = n, this.reading = A(e), this.cursor = A({ row: e.lastRow, column: e.blank() }), this.watched = A(xn(e)), this.shown = z(() => this.pinned.value ? this.cursor.value : this.hover.value ?? this.cursor.value), this.alignment = z(() => {
      const o = this.other.value;
      return o && wn(this.reading.value, o, this.shift.value);
    }), this.shade = z(() => {
      const o = this.theme.value;
      return o === "auto" ? this.systemDark.value ? "dark" : "light" : o;
    });
  }
  /** Tells the ids of one viewer in a page from another's. */
  uid = `v${++kn}`;
  reading;
  other = A(null);
  view = A("heatmap");
  metric = A("rank");
  theme = A("auto");
  systemDark = A(!1);
  ramp = A(on);
  /** Where the keyboard is. */
  cursor;
  hover = A(null);
  pinned = A(!1);
  watched;
  watchScale = A("rank");
  /** Numbers that the source was asked for, by token. */
  asked = A(/* @__PURE__ */ new Map());
  find = A("");
  /** By hand: how far B's columns are moved; null: aligned by common beginning and end. */
  shift = A(null);
  /** Cell size in CSS pixels; 0: what suits the reading. */
  zoom = A(0);
  /** What a screen reader says next. */
  message = A("");
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
    if (o.length === n.length && n.length >= ht) {
      this.message.value = `At most ${ht} tokens can be told apart: stop watching one first.`;
      return;
    }
    this.watched.value = o.length < n.length ? o : [...n, e];
  }
  isWatched(e) {
    return this.watched.value.some((n) => n.id === e);
  }
}
function xn(t) {
  const e = t.watched.map((s) => s.ids[0]), n = t.top(t.lastRow, t.blank()).slice(0, 3).map((s) => s.id);
  return [...new Set(e.length ? e : n)].slice(0, ht).map((s) => ({ id: s, text: t.text(s) }));
}
function Pe(t, e, n) {
  for (const [o, s] of Object.entries(e))
    s == null || s === !1 || (typeof s == "function" ? t.addEventListener(o.slice(2), s) : t.setAttribute(o, s === !0 ? "" : String(s)));
  for (const o of n) o != null && o !== !1 && t.append(o);
}
function f(t, e = {}, ...n) {
  const o = document.createElement(t);
  return Pe(o, e, n), o;
}
function ft(t, e = {}, ...n) {
  const o = document.createElementNS("http://www.w3.org/2000/svg", t);
  return Pe(o, e, n), o;
}
const C = (t) => f("bdi", { class: "f-token" }, t), $n = {
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
function W(t) {
  return ft(
    "svg",
    { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", class: "f-icon" },
    ft("path", { d: $n[t] })
  );
}
const at = 4096, ze = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif', Ie = 'ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace', It = (t) => `${t.italic ? "italic " : ""}${t.bold ? "600 " : ""}${t.size}px ${t.mono ? Ie : ze}`;
function Wt(t, e) {
  t.textBaseline = "middle";
  for (const n of e)
    switch (n.op) {
      case "rect":
        Mn(t, n);
        break;
      case "text":
        t.font = It(n), t.fillStyle = n.fill, t.textAlign = n.align ?? "left", t.fillText(n.text, n.x, n.y);
        break;
      case "path":
      case "lines":
        Sn(t, n);
        break;
      case "circle":
        t.beginPath(), t.arc(n.x, n.y, n.r, 0, 2 * Math.PI), t.fillStyle = n.fill, t.fill(), t.lineWidth = n.line, t.strokeStyle = n.stroke, t.setLineDash([]), t.stroke();
        break;
      case "cells":
        En(t, n);
        break;
      case "clip":
        t.save(), t.beginPath(), t.rect(n.x, n.y, n.w, n.h), t.clip(), t.textBaseline = "middle";
        break;
      case "unclip":
        t.restore(), t.textBaseline = "middle";
        break;
    }
}
function Mn(t, e) {
  t.beginPath(), e.round ? t.roundRect(e.x, e.y, e.w, e.h, e.round) : t.rect(e.x, e.y, e.w, e.h), e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash([]), t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function Sn(t, e) {
  t.beginPath();
  const n = e.op === "lines" ? 4 : e.points.length;
  for (let o = 0; o < e.points.length; o += n)
    for (let s = o; s < o + n; s += 2) {
      const [i, a] = [e.points[s], e.points[s + 1]];
      s === o ? t.moveTo(i, a) : t.lineTo(i, a);
    }
  e.op === "path" && e.close && t.closePath(), e.op === "path" && e.fill && (t.fillStyle = e.fill, t.fill()), e.stroke && (t.setLineDash(e.op === "path" ? e.dash ?? [] : []), t.lineJoin = "round", t.lineWidth = e.line ?? 1, t.strokeStyle = e.stroke, t.stroke());
}
function En(t, e) {
  t.imageSmoothingEnabled = !1;
  const n = e.r1 - e.r0;
  for (let o = e.c0; o < e.c1; ) {
    const s = Math.floor(o / at), i = Math.min(e.c1, (s + 1) * at), a = e.image.tiles[s], r = e.x + (o - e.c0) * e.w;
    a && t.drawImage(a, o - s * at, e.r0, i - o, n, r, e.y, (i - o) * e.w, n * e.h), o = i;
  }
}
function An(t, e, n, o, s) {
  const i = parseInt(s.slice(1), 16), a = (255 << 24 | (i & 255) << 16 | i & 65280 | i >> 16) >>> 0, r = [];
  for (let l = 0; l < t; l += at) {
    const c = Math.min(at, t - l), d = document.createElement("canvas");
    d.width = c, d.height = e;
    const u = d.getContext("2d");
    if (u) {
      const h = u.createImageData(c, e), p = new Uint32Array(h.data.buffer);
      for (let m = 0; m < e; m++)
        for (let w = 0; w < c; w++) {
          const g = n[m * t + l + w];
          p[m * c + w] = g < 0 ? a : o.packed[g];
        }
      u.putImageData(h, 0, 0);
    }
    r.push(d);
  }
  return { columns: t, rows: e, tiles: r, step: (l, c) => n[l * t + c], lut: o, blank: s };
}
function _t(t, e, n) {
  const o = window.devicePixelRatio || 1, [s, i] = [Math.round(e * o), Math.round(n * o)];
  return t.width === s && t.height === i ? !1 : (t.width = s, t.height = i, t.style.width = `${e}px`, t.style.height = `${n}px`, !0);
}
let St = null;
const Et = /* @__PURE__ */ new Map();
function kt(t, e) {
  const n = `${It(e)}\0${t}`;
  let o = Et.get(n);
  if (o === void 0) {
    if (St ??= document.createElement("canvas").getContext("2d"), !St) return t.length * e.size * 0.6;
    St.font = It(e), o = St.measureText(t).width, Et.size > 2e5 && Et.clear(), Et.set(n, o);
  }
  return o;
}
const le = typeof Intl < "u" && "Segmenter" in Intl ? new Intl.Segmenter() : null, At = /* @__PURE__ */ new Map();
function dt(t, e, n) {
  if (kt(t, n) <= e) return t;
  const o = `${e}\0${It(n)}\0${t}`;
  let s = At.get(o);
  if (s === void 0) {
    const i = le ? Array.from(le.segment(t), (l) => l.segment) : Array.from(t);
    let [a, r] = [0, i.length];
    for (; a < r; ) {
      const l = a + r + 1 >> 1;
      kt(`${i.slice(0, l).join("")}…`, n) <= e ? a = l : r = l - 1;
    }
    s = a > 0 ? `${i.slice(0, a).join("")}…` : "", At.size > 1e5 && At.clear(), At.set(o, s);
  }
  return s;
}
const ce = (t) => t.replace(/[&<>"]/g, (e) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[e]), T = (t) => String(Math.round(t * 100) / 100);
function Nn(t, e, n, o, s) {
  let i = 0;
  const a = t.map((r) => {
    switch (r.op) {
      case "rect":
        return `<rect x="${T(r.x)}" y="${T(r.y)}" width="${T(r.w)}" height="${T(r.h)}"${r.round ? ` rx="${r.round}"` : ""} fill="${r.fill ?? "none"}"${r.stroke ? ` stroke="${r.stroke}" stroke-width="${r.line ?? 1}"` : ""}/>`;
      case "text": {
        const l = { left: "start", center: "middle", right: "end" }[r.align ?? "left"], c = `${r.bold ? ' font-weight="600"' : ""}${r.italic ? ' font-style="italic"' : ""}${r.mono ? ' class="m"' : ""}`;
        return `<text x="${T(r.x)}" y="${T(r.y)}" font-size="${r.size}" fill="${r.fill}" text-anchor="${l}"${c}>${ce(r.text)}</text>`;
      }
      case "path": {
        const l = r.dash?.length ? ` stroke-dasharray="${r.dash.join(" ")}"` : "";
        return `<path d="${r.points.map((d, u) => `${u === 0 ? "M" : u % 2 ? " " : "L"}${T(d)}`).join("")}${r.close ? "z" : ""}" fill="${r.fill ?? "none"}" stroke="${r.stroke ?? "none"}" stroke-width="${r.line ?? 1}" stroke-linejoin="round"${l}/>`;
      }
      case "lines":
        return `<path d="${r.points.map((c, d) => `${d % 4 === 0 ? "M" : d % 4 === 2 ? "L" : " "}${T(c)}`).join("")}" fill="none" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "circle":
        return `<circle cx="${T(r.x)}" cy="${T(r.y)}" r="${r.r}" fill="${r.fill}" stroke="${r.stroke}" stroke-width="${r.line}"/>`;
      case "cells":
        return Ln(r);
      case "clip":
        return i++, `<clipPath id="c${i}"><rect x="${T(r.x)}" y="${T(r.y)}" width="${T(r.w)}" height="${T(r.h)}"/></clipPath><g clip-path="url(#c${i})">`;
      case "unclip":
        return "</g>";
    }
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${T(e)}" height="${T(n)}" viewBox="0 0 ${T(e)} ${T(n)}" font-family='${ze}'>
<title>${ce(s)}</title>
<style>text{dominant-baseline:central;white-space:pre}.m{font-family:${Ie}}</style>
<rect width="100%" height="100%" fill="${o}"/>
${a.join(`
`)}
</svg>
`;
}
function Ln(t) {
  const e = [];
  for (let n = t.r0; n < t.r1; n++)
    for (let o = t.c0; o < t.c1; o++) {
      const s = t.image.step(n, o);
      if (s < 0) continue;
      const [i, a] = [t.x + (o - t.c0) * t.w, t.y + (n - t.r0) * t.h];
      e.push(`<rect x="${T(i)}" y="${T(a)}" width="${T(t.w)}" height="${T(t.h)}" fill="${t.image.lut.css[s]}"/>`);
    }
  return e.join(`
`);
}
function Be(t, e) {
  const n = document.createElement("a"), o = URL.createObjectURL(t);
  n.href = o, n.download = e, n.click(), setTimeout(() => URL.revokeObjectURL(o), 1e4);
}
const ue = 26;
function Oe(t, e, n) {
  const o = { op: "text", x: 8, y: t.height + ue / 2, text: e, size: 11, fill: n };
  return { ...t, height: t.height + ue, ops: [...t.ops, o] };
}
function Tn(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = Oe(t, n, s);
  Be(new Blob([Nn(i, a, r, o, n)], { type: "image/svg+xml" }), `${e}.svg`);
}
function Cn(t, e, n, o, s) {
  const { ops: i, width: a, height: r } = Oe(t, n, s), l = 2, c = document.createElement("canvas");
  c.width = a * l, c.height = r * l;
  const d = c.getContext("2d");
  d && (d.scale(l, l), d.fillStyle = o, d.fillRect(0, 0, a, r), Wt(d, i), c.toBlob((u) => u && Be(u, `${e}.png`)));
}
function Rn(t) {
  return z(() => {
    const e = t.find.value.toLowerCase();
    if (!e) return null;
    const n = t.reading.value, o = je(t, e);
    return (s, i) => o.has(n.topId(s, i));
  });
}
const Vt = (t, e) => t.toLowerCase().includes(e) || G(t).toLowerCase().includes(e);
function je(t, e) {
  const n = /* @__PURE__ */ new Set();
  for (const [o, s] of t.reading.value.vocabulary) Vt(s, e) && n.add(o);
  return n;
}
function Pn(t, e = !1) {
  const n = t.find.peek().toLowerCase();
  if (!n) return !1;
  const o = t.reading.peek(), s = je(t, n), { row: i, column: a } = t.cursor.peek(), r = o.width * o.height, l = a * o.height + i;
  for (let c = 1; c <= r; c++) {
    const d = (l + (e ? r - c : c)) % r, [u, h] = [Math.floor(d / o.height), d % o.height];
    if (h === o.lastRow && (Vt(o.input(u)?.text ?? "", n) || Vt(o.targetText(u), n)) || s.has(o.topId(h, u)))
      return t.move(h, u), !0;
  }
  return t.message.value = `Nothing holds “${G(t.find.peek())}”.`, !1;
}
const zn = 250;
function In(t) {
  const e = f("div", { class: "f-legend-bar" }), n = f("div", { class: "f-legend-marks" }), o = f("span", { class: "f-legend-beyond" }), s = f("div", { class: "f-legend" }, f("div", { class: "f-legend-scale" }, e, n), o), i = M(() => {
    const a = t.metric.value, r = ct(t.ramp.value, t.shade.value).css, l = cn(a, t.reading.value), c = Array.from({ length: 17 }, (h, p) => r[255 - Math.round(p * 255 / 16)]);
    e.style.background = `linear-gradient(to right, ${c.join(", ")})`;
    const u = l.ticks.filter((h, p) => {
      const m = l.ticks[p - 1];
      return !m || (m.strength - h.strength) * zn > (m.label.length + h.label.length) / 2 * 6 + 4;
    }).map(({ label: h, strength: p }) => {
      const m = f("span", {}, h);
      return m.style.left = `${(1 - p) * 100}%`, m;
    });
    n.replaceChildren(...u), o.textContent = l.blank, s.title = tt[a].describe, s.setAttribute("role", "img"), s.setAttribute("aria-label", `Colour shows the ${tt[a].describe}, ${a === "logit" ? "" : "on a fixed scale; "}${l.blank}`);
  });
  return { element: s, dispose: i };
}
function We(t) {
  const { model: e, lens: n, precision: o, sampling: s } = t.info, i = s ? { greedy: "greedy", sampled: "sampled", forced: "continuation supplied" }[s.method] : null;
  return [`${e.name}`, `${e.weights} weights, ${o}`, `${n.kind} lens, ${n.norm}`, i].filter((r) => r).map((r) => G(r)).join(" · ");
}
function Bn(t) {
  const e = (a) => t.tokens.filter((r) => a.includes(r.origin)).map((r) => r.text).join(""), n = (a, r) => a.length > r ? `${Array.from(a).slice(0, r).join("")}…` : a, o = (a) => a.split(" ").map(G).join(" "), s = C(o(n(e(["prompt"]) || e(["template"]), 160))), i = C(o(n(e(["output"]), 120)));
  return i.classList.add("f-output"), [s, i];
}
function On(t, e) {
  const n = f("h1", { class: "f-title" }), o = f("p", { class: "f-sub" }), s = f("input", {
    class: "f-search",
    type: "search",
    placeholder: "Find a token  /",
    "aria-label": "Find a token",
    spellcheck: "false",
    autocomplete: "off"
  });
  s.addEventListener("input", () => t.find.value = s.value), s.addEventListener("keydown", (l) => {
    l.key === "Enter" && Pn(t, l.shiftKey), l.key === "Escape" && (t.find.value = "", s.blur());
  });
  const i = f(
    "header",
    { class: "f-header" },
    f("div", { class: "f-titles" }, n, o),
    f("div", { class: "f-tools" }, s, jn(t), Wn(t, e.drawing), f("button", { class: "f-button f-quiet", type: "button", title: "Keys (?)", "aria-label": "Keys", onclick: e.help }, W("help")))
  ), a = [
    M(() => {
      const l = t.reading.value;
      n.replaceChildren(...Bn(l)), o.textContent = We(l);
    }),
    M(() => {
      s.value !== t.find.value && (s.value = t.find.value);
    })
  ];
  return { element: i, find: () => {
    s.focus(), s.select();
  }, dispose: () => a.forEach((l) => l()) };
}
function jn(t) {
  const e = { auto: "light", light: "dark", dark: "auto" }, n = { auto: "as the system", light: "light", dark: "dark" }, o = f("button", { class: "f-button f-quiet", type: "button", onclick: () => t.theme.value = e[t.theme.peek()] });
  return M(() => {
    const s = t.theme.value;
    o.replaceChildren(W(s === "auto" ? "auto" : s === "light" ? "sun" : "moon")), o.title = `Theme: ${n[s]}`, o.setAttribute("aria-label", o.title);
  }), o;
}
function Wn(t, e) {
  const n = () => t.reading.peek().info.model.name.replace(/[^\w.-]+/g, "-") || "reading", o = (r) => () => {
    a.open = !1;
    const l = e();
    if (!l) {
      t.message.value = "The table is no drawing: copy it instead.";
      return;
    }
    const c = j(t.shade.peek());
    r(l, `${n()}-${t.view.peek()}`, We(t.reading.peek()), c.surface, c.muted);
  }, s = (r, l) => f("button", { class: "f-button f-quiet", type: "button", onclick: l }, r), i = f("select", { class: "f-select", "aria-label": "Colours", onchange: () => t.ramp.value = i.value }, ...Yt.map((r) => f("option", { value: r }, r)));
  M(() => {
    i.value = t.ramp.value;
  });
  const a = f(
    "details",
    { class: "f-menu" },
    f("summary", { class: "f-button f-quiet", title: "Save this view, choose colours", "aria-label": "Save this view, choose colours" }, W("save")),
    f("div", { class: "f-menu-list" }, s("Save view as SVG", o(Tn)), s("Save view as PNG", o(Cn)), f("label", { class: "f-field" }, "Colours", i))
  );
  return a.addEventListener("focusout", (r) => {
    r.relatedTarget instanceof Node && a.contains(r.relatedTarget) || (a.open = !1);
  }), a;
}
const he = [["heatmap", "Heatmap"], ["watch", "Watch"], ["compare", "Compare"], ["table", "Table"]];
function _n(t, e) {
  const n = new Map(he.map(([u, h]) => [u, f("button", { class: "f-tab", type: "button", role: "tab", id: `f-tab-${u}-${t.uid}`, onclick: () => t.view.value = u }, h)])), o = f("div", { class: "f-tabs", role: "tablist", "aria-label": "Views" }, ...n.values());
  o.addEventListener("keydown", (u) => {
    const h = { ArrowRight: 1, ArrowLeft: -1 }[u.key];
    if (!h) return;
    const p = he.map(([w]) => w).filter((w) => !n.get(w).hidden), m = p[(p.indexOf(e.peek()) + h + p.length) % p.length];
    t.view.value = m, n.get(m)?.focus(), u.preventDefault(), u.stopPropagation();
  });
  const s = f("select", { class: "f-select", onchange: () => t.metric.value = s.value }, ...st.map((u) => f("option", { value: u }, tt[u].name))), i = In(t), a = (u) => t.zoom.value = u === 0 ? 0 : Math.max(-16, Math.min(6, t.zoom.peek() + u)), r = f(
    "div",
    { class: "f-zoom", role: "group", "aria-label": "Zoom" },
    f("button", { class: "f-button f-quiet", type: "button", title: "Zoom out (−)", "aria-label": "Zoom out", onclick: () => a(-1) }, W("minus")),
    f("button", { class: "f-button f-quiet", type: "button", title: "Zoom in (+)", "aria-label": "Zoom in", onclick: () => a(1) }, W("plus"))
  ), l = f("div", { class: "f-colour" }, f("label", { class: "f-field" }, "Colour", s), i.element, r), c = f("nav", { class: "f-bar", "aria-label": "Views and colour" }, o, l), d = [
    M(() => {
      const u = e.value;
      for (const [h, p] of n)
        p.setAttribute("aria-selected", String(h === u)), p.tabIndex = h === u ? 0 : -1, h === u ? p.setAttribute("aria-controls", `f-panel-${h}-${t.uid}`) : p.removeAttribute("aria-controls");
      l.classList.toggle("f-off", u === "watch" || u === "table");
    }),
    M(() => {
      n.get("compare").hidden = !t.other.value;
    }),
    M(() => {
      s.value = t.metric.value;
    })
  ];
  return { element: c, dispose: () => [...d, i.dispose].forEach((u) => u()) };
}
function Dn(t) {
  const n = t.reading.peek().info.lens.kind === "raw" ? "Raw lens: rows before the last skip the final norm, so their probabilities look too sure; and every layer is read as if it were the last." : "Each layer is read as if it were the last: what early layers hold in another form stays unseen, so a poor rank there means “not readable yet”, not “not known”.", o = f("footer", { class: "f-honest" }, f("p", {}, n));
  return o.append(f("button", { class: "f-button f-quiet", type: "button", "aria-label": "Dismiss this note", onclick: () => o.remove() }, W("close"))), o;
}
const Fn = [
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
], Kn = ["heatmap", "watch", "compare", "table"];
function Un(t) {
  return t instanceof Element && t.closest("input, textarea, select, dialog, [contenteditable]") !== null;
}
function qn(t, e, n) {
  if (n.defaultPrevented || Un(n.target) || n.altKey || n.metaKey || n.ctrlKey && n.key !== "Home" && n.key !== "End") return !1;
  const o = n.target instanceof Element ? n.target.closest("button, a, summary, [role=tab], [role=radio], aside, table") : null;
  if (Hn(t, n, o)) return !0;
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
      const s = st.indexOf(t.metric.peek()) + (n.shiftKey ? -1 : 1);
      return t.metric.value = st[(s + st.length) % st.length] ?? "rank", !0;
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
      const s = Kn[Number(n.key) - 1];
      return !s || s === "compare" && !t.other.peek() ? !1 : (t.view.value = s, !0);
    }
  }
}
function Hn(t, e, n) {
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
  return t.message.value = Qt(t.reading.peek(), c.row, c.column), !0;
}
function Gn() {
  const t = Fn.map(([n, o]) => {
    const s = n.split(" ").map((i) => i === "to" ? " to " : f("kbd", {}, i.replace(/,$/, "")));
    return f("tr", {}, f("th", { scope: "row" }, ...s), f("td", {}, o));
  }), e = f(
    "dialog",
    { class: "f-help", "aria-label": "Keys" },
    f(
      "div",
      { class: "f-help-head" },
      f("h2", {}, "Keys"),
      f("button", { class: "f-button f-quiet", type: "button", "aria-label": "Close", onclick: () => e.close() }, W("close"))
    ),
    f("table", {}, f("tbody", {}, ...t)),
    f("p", { class: "f-soft" }, "Ctrl and the wheel zoom. The address names what you see: copy it to share the place.")
  );
  return e;
}
const Vn = ["heatmap", "watch", "compare", "table"], Xn = ["auto", "light", "dark"], Jn = ["rank", "prob", "logit"];
function Yn(t) {
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
    ["ramp", t.ramp.value === Yt[0] ? null : t.ramp.value],
    ["theme", t.theme.value === "auto" ? null : t.theme.value]
  ].flatMap(([i, a]) => a === null ? [] : [`${i}=${encodeURIComponent(a).replace(/%2C/g, ",")}`]).join("&");
}
function fe(t, e) {
  const n = new URLSearchParams(e.replace(/^#/, "")), o = (u, h, p) => {
    const m = n.get(u);
    m !== null && h.includes(m) && p(m);
  };
  o("view", Vn, (u) => t.view.value = u === "compare" && !t.other.peek() ? "heatmap" : u), o("metric", st, (u) => t.metric.value = u), o("theme", Xn, (u) => t.theme.value = u), o("ramp", Yt, (u) => t.ramp.value = u), o("scale", Jn, (u) => t.watchScale.value = u);
  const s = t.reading.peek(), [i, a] = (n.get("at") ?? "").split(","), r = s.rows.findIndex((u, h) => s.rowName(h) === i), l = s.positions.indexOf(Number(a));
  r >= 0 && l >= 0 && t.move(r, l), n.has("at") && (t.pinned.value = n.get("pin") === "1");
  const c = (u, h, p) => {
    const m = n.get(u);
    return m !== null && /^-?\d{1,4}$/.test(m) ? Math.max(h, Math.min(p, Number(m))) : null;
  };
  t.zoom.value = c("zoom", -16, 6) ?? t.zoom.peek(), t.shift.value = c("shift", -9999, 9999);
  const d = n.get("watch");
  if (d !== null) {
    const u = d.split(",").filter((h) => /^\d{1,9}$/.test(h)).map(Number).slice(0, ht);
    t.watched.value = [...new Set(u)].map((h) => ({ id: h, text: s.text(h) }));
  }
}
function Zn(t) {
  fe(t, location.hash);
  let e = 0, n = "";
  const o = M(() => {
    n = Yn(t), clearTimeout(e), e = window.setTimeout(() => history.replaceState(history.state, "", `#${n}`), 250);
  }), s = () => {
    location.hash !== `#${n}` && fe(t, location.hash);
  };
  return window.addEventListener("hashchange", s), () => {
    o(), clearTimeout(e), window.removeEventListener("hashchange", s);
  };
}
function Qn(t, e) {
  const n = window.matchMedia("(prefers-color-scheme: dark)"), o = () => e.systemDark.value = n.matches;
  o(), n.addEventListener("change", o);
  const s = M(() => {
    const i = e.shade.value;
    for (const [a, r] of Object.entries(j(i))) t.style.setProperty(`--f-${a}`, r);
    Ne(i).forEach((a, r) => t.style.setProperty(`--f-series-${r}`, a)), t.dataset.shade = i, t.style.colorScheme = i;
  });
  return () => {
    s(), n.removeEventListener("change", o);
  };
}
const _e = { index: "", input: "", target: "", origin: "special", argmax: !1 };
function de(t, e, n, o, s) {
  const i = zt(t, o, s), a = ut(t, o), r = Zt(o, t), l = new Int16Array(n.length * e.length).fill(-1);
  n.forEach((d, u) => {
    e.forEach((h, p) => {
      h !== null && (l[u * e.length + p] = jt(r(a[t.cell(d, h)])));
    });
  });
  const c = (d, u, h, p) => {
    const m = e[u];
    return m == null ? p : h(n[d], m);
  };
  return {
    rows: n.length,
    columns: e.length,
    steps: l,
    lut: s,
    rowName: (d) => i.rowName(n[d]),
    head: (d) => c(0, d, (u, h) => i.head(h), _e),
    label: (d, u) => c(d, u, i.label, ""),
    number: (d, u) => c(d, u, i.number, ""),
    tick: (d, u) => c(d, u, i.tick, !1),
    describe: (d, u) => c(d, u, i.describe, "no such position in this reading")
  };
}
const te = {
  rank: { most: 3, low: "÷1000", high: "×1000", unit: "rank in B against A" },
  prob: { most: 1, low: "−100", high: "+100", unit: "probability, points, B less A" },
  logit: { most: 32, low: "−32", high: "+32", unit: "logit, B less A" },
  entropy: { most: 16, low: "−16", high: "+16", unit: "entropy, bits, B less A" },
  kl: { most: 16, low: "−16", high: "+16", unit: "KL, bits, B less A" },
  surprisal: { most: 16, low: "−16", high: "+16", unit: "surprisal, bits, B less A" }
}, to = (t, e, n) => t === "rank" ? Math.log10(n / e) : n - e;
function eo(t, e) {
  const n = Math.max(-1, Math.min(1, e / te[t].most));
  return t === "rank" ? n : Math.sign(n) * Math.sqrt(Math.abs(n));
}
function no(t, e) {
  if (Number.isNaN(e)) return "–";
  if (t === "rank") {
    const s = 10 ** Math.abs(e);
    return s < 1.05 ? s === 1 ? "=" : "≈" : `${e < 0 ? "÷" : "×"}${s >= 100 ? Math.round(s) : +s.toPrecision(2)}`;
  }
  const n = t === "prob" ? e * 100 : e, o = t === "prob" ? Math.abs(n).toFixed(1) : B(Math.abs(n));
  return Number(o) === 0 ? "0" : `${n < 0 ? "−" : "+"}${o}`;
}
function oo(t, e, n, o, s) {
  const { columns: i, rows: a } = n, [r, l] = [ut(t, o), ut(e, o)], c = tt[o].ofTarget, d = i.map((g) => g.a === null || g.b === null ? !1 : !c || t.targetText(g.a) === e.targetText(g.b)), u = (g, b) => {
    const v = i[b];
    return !v || v.a === null || v.b === null || !d[b] ? NaN : to(o, r[t.cell(g, v.a)], l[e.cell(a[g], v.b)]);
  }, h = new Int16Array(a.length * i.length);
  for (let g = 0; g < a.length; g++)
    for (let b = 0; b < i.length; b++) {
      const v = u(g, b);
      h[g * i.length + b] = Number.isNaN(v) ? -1 : jt((eo(o, v) + 1) / 2);
    }
  const p = (g, b) => {
    const v = i[b];
    return !v || v.a === null ? "only in B" : v.b === null ? "only in A" : d[b] ? no(o, u(g, b)) : "≠ next";
  }, m = zt(t, o, s), w = zt(e, o, s);
  return {
    rows: a.length,
    columns: i.length,
    steps: h,
    lut: s,
    rowName: (g) => m.rowName(g),
    head: (g) => {
      const b = i[g];
      return b && b.a !== null ? m.head(b.a) : b && b.b !== null ? w.head(b.b) : _e;
    },
    label: p,
    number: () => "",
    tick: () => !1,
    describe: (g, b) => `${m.rowName(g)}: ${te[o].unit}: ${p(g, b)}`
  };
}
const pe = 58, De = 2, so = 220, q = (t, e, n) => Math.max(e, Math.min(n, t)), io = (t, e) => q(Math.round(t * 1.25 ** e), De, so);
function ao(t, e, n, o) {
  let s = 0;
  for (let l = 0; l < t.rows; l++) s = Math.max(s, kt(t.rowName(l), { size: 12 }));
  const i = Math.ceil(s) + 22, a = Math.floor((e - i) / Math.max(1, t.columns)), r = Math.floor((n - pe) / Math.max(1, t.rows));
  return {
    w: io(q(a, 72, 128), o),
    // Zoomed out, rows shrink only as far as they must for all to be in view.
    h: o < 0 ? q(r, 4, 40) : q(Math.round(q(r, 19, 40) * 1.12 ** o), De, 64),
    left: i,
    top: pe,
    width: e,
    height: n
  };
}
const Lt = (t, e) => ({
  width: e.left + t.columns * e.w,
  height: e.top + t.rows * e.h
});
function ro(t, e, n) {
  return {
    r0: q(Math.floor(n.y / e.h), 0, t.rows),
    r1: q(Math.ceil((n.y + e.height - e.top) / e.h), 0, t.rows),
    c0: q(Math.floor(n.x / e.w), 0, t.columns),
    c1: q(Math.ceil((n.x + e.width - e.left) / e.w), 0, t.columns)
  };
}
function lo(t, e, n, o, s) {
  const i = o < e.left ? -1 : Math.floor((o - e.left + n.x) / e.w), a = s < e.top ? -1 : Math.floor((s - e.top + n.y) / e.h);
  return a < t.rows && i < t.columns ? { row: a, column: i } : null;
}
function co(t, e, n, o, s) {
  const i = (a, r, l, c, d) => {
    const u = Math.min(l, Math.max(0, (d - l) / 2)), h = Math.max(0, r * l - d);
    return a * l < c + u ? Math.max(0, Math.min(h, a * l - u)) : (a + 1) * l > c + d - u ? Math.min(h, (a + 1) * l - d + u) : c;
  };
  return {
    x: i(s, t.columns, e.w, n.x, e.width - e.left),
    y: i(o, t.rows, e.h, n.y, e.height - e.top)
  };
}
const wt = 44;
function uo(t, e, n, o, s, i) {
  const a = f("canvas", { class: "f-minimap", "aria-hidden": "true" }), r = f("div", { class: "f-minimap-box" }, a);
  let l = 0;
  const c = () => {
    l = 0;
    const [h, p, m] = [n.peek(), s.peek(), a.getContext("2d")];
    if (!h || !m) return;
    const w = h.width;
    _t(a, w, wt);
    const g = a.width / w, b = j(t.shade.peek());
    m.setTransform(g, 0, 0, g, 0, 0), m.fillStyle = b.surface, m.fillRect(0, 0, w, wt), m.imageSmoothingEnabled = p.columns > w, p.tiles.forEach((V, Y) => {
      const xt = Y * at * w / p.columns;
      m.drawImage(V, xt, 0, V.width * w / p.columns, wt);
    });
    const v = Lt(e.peek(), h), [k, x] = [v.width - h.left, v.height - h.top], N = o.peek(), E = [
      N.x / k * w,
      N.y / x * wt,
      Math.max(6, Math.min(1, (h.width - h.left) / k) * w),
      Math.max(6, Math.min(1, (h.height - h.top) / x) * wt)
    ];
    m.strokeStyle = b.surface, m.lineWidth = 5, m.strokeRect(E[0] + 1.5, E[1] + 1.5, E[2] - 3, E[3] - 3), m.strokeStyle = b.focus, m.lineWidth = 2, m.strokeRect(E[0] + 1.5, E[1] + 1.5, E[2] - 3, E[3] - 3);
  }, d = M(() => {
    const h = n.value;
    o.value, t.shade.value;
    const p = e.value;
    if (!h) return;
    const m = Lt(p, h), w = m.width > h.width * 1.5 || m.height > h.height * 1.5;
    r.hidden = !w, w && !l && (l = requestAnimationFrame(c));
  }), u = (h) => {
    const p = n.peek();
    if (!p || h.buttons === 0) return;
    const m = Lt(e.peek(), p), w = a.getBoundingClientRect(), [g, b] = [p.width - p.left, p.height - p.top], v = (k, x, N) => Math.max(0, Math.min(x - N, k * x - N / 2));
    i({
      x: v((h.clientX - w.left) / w.width, m.width - p.left, g),
      y: v((h.clientY - w.top) / w.height, m.height - p.top, b)
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
const H = 12, ho = 9.5;
function fo(t, e, n, o, s, i) {
  const a = ro(t, n, o), r = [], { left: l, top: c, w: d, h: u, width: h, height: p } = n, m = (b) => l + b * d - o.x, w = (b) => c + b * u - o.y;
  r.push({ op: "clip", x: l, y: c, w: h - l, h: p - c }), r.push({ op: "cells", image: e, ...a, x: m(a.c0), y: w(a.r0), w: d, h: u }), po(r, a, n, m, w, s), mo(r, t, a, n, m, w, s), i.found && wo(r, a, i.found, m, w, d, u, s);
  const g = (b, v, k) => {
    if (!b || b.row < 0 || b.column < 0) return;
    const x = Math.min(d, u) < 16 ? -2.5 : k / 2 - 0.5;
    r.push({ op: "rect", x: m(b.column) + x, y: w(b.row) + x, w: d - 2 * x, h: u - 2 * x, stroke: v, line: k, round: 2 });
  };
  return i.pinned || g(i.hover, s.text, 1.5), g(i.cursor, s.surface, 4.5), g(i.cursor, i.pinned || i.focused ? s.focus : s.accent, i.pinned ? 3 : 2), r.push({ op: "unclip" }), go(r, t, a, n, w, s, i), bo(r, t, a, n, m, s, i), r;
}
function po(t, e, n, o, s, i) {
  const a = [];
  if (n.w >= 12)
    for (let r = e.c0; r <= e.c1; r++) a.push(o(r) - 0.5, s(e.r0), o(r) - 0.5, s(e.r1));
  if (n.h >= 8)
    for (let r = e.r0; r <= e.r1; r++) a.push(o(e.c0), s(r) - 0.5, o(e.c1), s(r) - 0.5);
  a.length && t.push({ op: "lines", points: a, stroke: i.surface, line: 1 });
}
function mo(t, e, n, o, s, i, a) {
  const { w: r, h: l } = o;
  if (r < 30 || l < 13) return;
  const c = l >= 30;
  for (let d = n.r0; d < n.r1; d++)
    for (let u = n.c0; u < n.c1; u++) {
      const h = e.steps[d * e.columns + u], p = h < 0 ? a.muted : e.lut.ink[h], m = dt(e.label(d, u), r - 12, { size: H, mono: !0 }), [w, g] = [s(u), i(d) + l / 2];
      if (m && t.push({ op: "text", x: w + 6, y: g - (c ? 6.5 : 0), text: m, size: H, fill: p, mono: !0 }), c && t.push({ op: "text", x: w + 6, y: g + 8, text: e.number(d, u), size: ho, fill: p }), e.tick(d, u)) {
        const [b, v] = [w + r - 1, i(d)];
        t.push({ op: "path", points: [b - 7, v, b, v, b, v + 7], fill: p, close: !0 });
      }
    }
}
function wo(t, e, n, o, s, i, a, r) {
  for (let l = e.r0; l < e.r1; l++)
    for (let c = e.c0; c < e.c1; c++)
      n(l, c) && t.push({ op: "rect", x: o(c) + 1, y: s(l) + 1, w: i - 3, h: a - 3, stroke: r.focus, line: 2, round: 2 });
}
function go(t, e, n, o, s, i, a) {
  const { left: r, top: l, height: c, h: d } = o;
  t.push({ op: "rect", x: 0, y: l, w: r, h: c - l, fill: i.surface }), t.push({ op: "clip", x: 0, y: l, w: r, h: c - l });
  const u = Math.max(1, Math.ceil(14 / d)), h = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.row;
  for (let p = n.r0; p < n.r1; p++) {
    const m = p === h;
    p % u && !m && p !== e.rows - 1 || t.push({ op: "text", x: r - 9, y: s(p) + d / 2, text: e.rowName(p), size: 12, fill: m ? i.text : i.muted, bold: m, align: "right" });
  }
  t.push({ op: "unclip" });
}
function bo(t, e, n, o, s, i, a) {
  const { left: r, top: l, width: c, w: d } = o;
  t.push({ op: "rect", x: 0, y: 0, w: c, h: l, fill: i.surface }), t.push({ op: "text", x: r - 9, y: 13, text: "pos", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 29, text: "in", size: 10, fill: i.muted, align: "right" }), t.push({ op: "text", x: r - 9, y: 46, text: "next", size: 10, fill: i.muted, align: "right" }), t.push({ op: "clip", x: r, y: 0, w: c - r, h: l });
  const u = (a.pinned ? a.cursor : a.hover ?? a.cursor)?.column, h = d >= 30, p = Math.max(1, Math.ceil(34 / d));
  for (let m = n.c0; m < n.c1; m++) {
    const w = e.head(m), g = m === u, b = s(m) + (h ? 6 : d / 2), v = h ? "left" : "center";
    (h || m % p === 0) && t.push({ op: "text", x: b, y: 13, text: w.index, size: 10, fill: g ? i.text : i.muted, bold: g, align: v });
    const k = w.origin === "special" || w.origin === "template";
    if (h) {
      const N = dt(w.input, d - 10, { size: H, mono: !0 }), E = dt(w.target, d - 10, { size: H, mono: !0, bold: !0 });
      t.push({ op: "text", x: b, y: 29, text: N, size: H, mono: !0, fill: k ? i.muted : i.text, italic: k }), t.push({ op: "text", x: b, y: 46, text: E, size: H, mono: !0, bold: !0, italic: w.argmax, fill: w.argmax ? i.muted : i.accent });
    }
    const x = w.origin === "output" ? i.accent : k ? i.sunken : i.line;
    t.push({ op: "rect", x: s(m), y: l - 3, w: Math.max(1, d - 1), h: 2, fill: x });
  }
  !h && u !== void 0 && u >= n.c0 && u < n.c1 && vo(t, e, u, s(u) + d / 2, o, i), t.push({ op: "unclip" });
}
function vo(t, e, n, o, s, i) {
  const a = e.head(n), r = [a.input, a.target].map((d) => kt(d, { size: H, mono: !0, bold: !0 })), l = Math.max(34, ...r.map((d) => d + 10)) / 2, c = Math.max(s.left + l, Math.min(s.width - l - 2, o));
  t.push({ op: "rect", x: c - l, y: 4, w: 2 * l, h: s.top - 8, fill: i.surface }), t.push({ op: "text", x: c, y: 13, text: a.index, size: 10, bold: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: c, y: 29, text: a.input, size: H, mono: !0, fill: i.text, align: "center" }), t.push({ op: "text", x: c, y: 46, text: a.target, size: H, mono: !0, bold: !0, fill: i.accent, align: "center" });
}
function Fe(t, e) {
  const { model: n } = e, o = e.toState ?? ((k) => k), s = e.fromState ?? ((k) => k), i = f("canvas", { class: "f-canvas", "aria-hidden": "true" }), a = f("div", { class: "f-sizer" }), r = f("div", { class: "f-hidden", role: "presentation" }), l = f("div", { class: "f-scroller", role: "grid", tabindex: "0", "aria-label": e.label }, i, a, r), c = A({ width: 0, height: 0 }), d = e.scroll ?? A({ x: 0, y: 0 }), u = A(!1), h = A(null), p = z(() => {
    const k = n.value;
    return An(k.columns, k.rows, k.steps, k.lut, j(t.shade.value).surface);
  }), m = z(() => {
    const k = t.hover.value;
    return {
      cursor: s(t.cursor.value),
      hover: k && s(k),
      pinned: t.pinned.value,
      focused: u.value,
      found: e.found?.value ?? void 0
    };
  }), w = z(() => {
    const k = h.value;
    return k ? fo(n.value, p.value, k, d.value, j(t.shade.value), m.value) : [];
  }), g = uo(t, n, h, d, p, (k) => d.value = k), b = [
    ko(t, n, c, h, d, a),
    yo(t, i, h, w),
    xo(l, h, d),
    $o(t, n, h, d, s),
    M(() => {
      l.setAttribute("aria-rowcount", String(n.value.rows + 1)), l.setAttribute("aria-colcount", String(n.value.columns + 1));
      const k = s(t.cursor.value);
      k && r.replaceChildren(...So(n.value, k, l));
    }),
    g.dispose
  ];
  Eo(l, t, n, h, d, u, o);
  const v = new ResizeObserver(() => {
    c.value = { width: l.clientWidth, height: l.clientHeight };
  });
  return v.observe(l), {
    element: f("div", { class: "f-heatmap" }, l, g.element),
    drawing: () => ({ ops: w.value, width: h.peek()?.width ?? 0, height: h.peek()?.height ?? 0 }),
    focus: () => l.focus({ preventScroll: !0 }),
    dispose() {
      b.forEach((k) => k()), v.disconnect();
    }
  };
}
function ko(t, e, n, o, s, i) {
  return M(() => {
    const { width: a, height: r } = n.value;
    if (!a || !r) return;
    const l = e.value;
    o.value = ao(l, a, r, t.zoom.value);
    const c = Lt(l, o.value);
    i.style.width = `${c.width}px`, i.style.height = `${c.height}px`;
    const { x: d, y: u } = s.peek();
    s.value = { x: Math.max(0, Math.min(d, c.width - a)), y: Math.max(0, Math.min(u, c.height - r)) };
  });
}
function yo(t, e, n, o) {
  let s = 0;
  const i = () => {
    s = 0;
    const r = n.peek(), l = e.getContext("2d");
    if (!r || !l) return;
    _t(e, r.width, r.height);
    const c = e.width / r.width;
    l.setTransform(c, 0, 0, c, 0, 0), l.fillStyle = j(t.shade.peek()).surface, l.fillRect(0, 0, r.width, r.height), Wt(l, o.peek());
  }, a = M(() => {
    n.value && o.value.length && !s && (s = requestAnimationFrame(i));
  });
  return () => {
    a(), cancelAnimationFrame(s);
  };
}
function xo(t, e, n) {
  return M(() => {
    const o = n.value;
    e.value, Math.abs(t.scrollLeft - o.x) > 1 && (t.scrollLeft = o.x), Math.abs(t.scrollTop - o.y) > 1 && (t.scrollTop = o.y);
  });
}
function $o(t, e, n, o, s) {
  let i = null;
  return M(() => {
    const a = n.value, r = s(t.cursor.value);
    !a || !r || i && i.row === r.row && i.column === r.column || (i = r, o.value = co(e.peek(), a, o.peek(), r.row, r.column));
  });
}
let Mo = 0;
function So(t, e, n) {
  const o = t.head(e.column), s = String(e.column + 2), i = n.dataset.cell ??= `f-cell-${++Mo}`;
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
function Eo(t, e, n, o, s, i, a) {
  const r = (c) => {
    const d = o.peek();
    if (!d) return null;
    const u = t.getBoundingClientRect(), h = lo(n.peek(), d, s.peek(), c.clientX - u.left, c.clientY - u.top);
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
function Ao(t) {
  const e = z(() => t.other.value ?? t.reading.value), n = z(() => t.alignment.value ?? { columns: [], rows: [], byDepth: !1, common: 0 }), o = z(() => ct(t.ramp.value, t.shade.value)), s = z(() => t.reading.value.rows.map((w, g) => g)), i = {
    a: () => de(t.reading.value, n.value.columns.map((w) => w.a), s.value, t.metric.value, o.value),
    b: () => de(e.value, n.value.columns.map((w) => w.b), n.value.rows, t.metric.value, o.value),
    difference: () => oo(t.reading.value, e.value, n.value, t.metric.value, ct("diverging", t.shade.value))
  }, a = A({ x: 0, y: 0 }), r = ({ row: w, column: g }) => {
    const b = n.peek().columns[g]?.a;
    return b == null ? null : { row: w, column: b };
  }, l = ({ row: w, column: g }) => {
    const b = n.value.columns.findIndex((v) => v.a === g);
    return b < 0 ? null : { row: w, column: b };
  }, c = { a: "Reading A", b: "Reading B", difference: "Difference" }, d = A({ a: !0, b: !0, difference: !0 }), u = Object.keys(i).map((w) => {
    const g = Fe(t, { label: c[w], model: z(i[w]), scroll: a, toState: r, fromState: l }), b = f("h2", { class: "f-pane-title" }), v = f("section", { class: "f-pane", "aria-label": c[w] }, b, g.element);
    return { pane: w, grid: g, title: b, element: v };
  }), h = f("p", { class: "f-between", role: "status" }), p = f("section", { class: "f-compare", "aria-label": "Two readings" }, f("div", { class: "f-watch-head" }, Ro(t, d, c), Po(t)), h, f("div", { class: "f-panes" }, ...u.map((w) => w.element))), m = [
    M(() => {
      for (const { pane: w, element: g } of u) g.hidden = !d.value[w];
    }),
    M(() => {
      const [w, g] = [t.reading.value, e.value];
      for (const { pane: b, title: v } of u)
        b === "difference" ? v.replaceChildren(...Co(t)) : v.replaceChildren(...To(b, b === "a" ? w : g, w, g));
    }),
    M(() => h.replaceChildren(...zo(t, e.value)))
  ];
  return {
    element: p,
    drawing: () => No(u.filter(({ pane: w }) => d.peek()[w]).map(({ pane: w, grid: g }) => ({ name: c[w], grid: g })), j(t.shade.peek()).text),
    focus: () => u[0]?.grid.focus(),
    dispose() {
      m.forEach((w) => w()), u.forEach(({ grid: w }) => w.dispose());
    }
  };
}
function No(t, e) {
  const n = [];
  let o = 0, s = 0;
  for (const { name: i, grid: a } of t) {
    const r = a.drawing();
    n.push({ op: "text", x: o + 8, y: 12, text: i, size: 12, bold: !0, fill: e }), n.push(...r.ops.map((l) => Lo(l, o, 24))), o += r.width + 16, s = Math.max(s, r.height + 24);
  }
  return { ops: n, width: o, height: s };
}
function Lo(t, e, n) {
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
function To(t, e, n, o) {
  const s = e.tokens.filter(({ origin: l }) => l === "prompt" || l === "output").map((l) => l.text).join(""), i = s.length > 70 ? `${Array.from(s).slice(0, 70).join("")}…` : s, a = [];
  n.info.model.name !== o.info.model.name && a.push(e.info.model.name), (n.info.model.weights !== o.info.model.weights || n.info.precision !== o.info.precision) && a.push(`${e.info.model.weights} ${e.info.precision}`), n.info.lens.kind !== o.info.lens.kind && a.push(`${e.info.lens.kind} lens`);
  const r = f("bdi", {}, i.split(" ").map(G).join(" "));
  return [f("span", { class: "f-pane-name" }, t.toUpperCase()), r, f("span", { class: "f-soft" }, a.length ? ` · ${a.map(G).join(" · ")}` : "")];
}
function Co(t) {
  const { low: e, high: n, unit: o } = te[t.metric.value], s = f("span", { class: "f-diverging" });
  return s.style.background = `linear-gradient(to right, ${ct("diverging", t.shade.value).css.filter((i, a) => a % 15 === 0).join(", ")})`, [f("span", { class: "f-pane-name" }, "Δ"), f("span", { class: "f-soft", title: o }, e), s, f("span", { class: "f-soft" }, n), f("span", { class: "f-soft f-unit" }, o)];
}
function Ro(t, e, n) {
  const o = Object.keys(n).map((s) => {
    const i = f("input", { type: "checkbox", name: `f-pane-${s}-${t.uid}`, checked: !0 });
    return i.addEventListener("change", () => {
      const a = { ...e.peek(), [s]: i.checked };
      Object.values(a).some((r) => r) ? e.value = a : i.checked = !0;
    }), f("label", {}, i, f("span", {}, n[s]));
  });
  return f("div", { class: "f-segments", role: "group", "aria-label": "Panes" }, ...o);
}
function Po(t) {
  const e = f("span", { class: "f-shift" }), n = (s) => () => t.shift.value = (t.shift.peek() ?? 0) + s, o = f("button", { class: "f-button f-quiet", type: "button", onclick: () => t.shift.value = null }, "Automatic");
  return M(() => {
    const s = t.shift.value;
    e.textContent = s === null ? "aligned by common beginning and end" : `B moved by ${s} ${Math.abs(s) === 1 ? "position" : "positions"}`, o.hidden = s === null;
  }), f(
    "div",
    { class: "f-field", role: "group", "aria-label": "Alignment" },
    e,
    o,
    f("button", { class: "f-button f-quiet", type: "button", title: "Move B left", "aria-label": "Move B left", onclick: n(1) }, W("minus")),
    f("button", { class: "f-button f-quiet", type: "button", title: "Move B right", "aria-label": "Move B right", onclick: n(-1) }, W("plus"))
  );
}
function zo(t, e) {
  const n = t.reading.value, { row: o, column: s } = t.shown.value, i = t.alignment.value, a = i?.columns.find((u) => u.a === s), r = (u, h, p, m) => {
    const [w] = h.top(p, m), g = h.target(p, m);
    return [
      f("span", { class: "f-pane-name" }, u),
      C(w ? S(h.text(w.id)) : "–"),
      f("span", { class: "f-soft" }, ` ${w ? F(w.prob) : ""} · next `),
      C(S(h.targetText(m))),
      f("span", { class: "f-soft" }, ` rank ${K(g.rank)}, ${F(g.prob)}`)
    ];
  }, l = f("span", { class: "f-side" }, ...r("A", n, o, s));
  if (!i || !a || a.b === null) return [l, f("span", { class: "f-side f-soft" }, "B has no such position")];
  const c = f("span", { class: "f-side" }, ...r("B", e, i.rows[o] ?? 0, a.b)), d = i.byDepth ? [f("span", { class: "f-side f-soft" }, "layers matched by relative depth")] : [];
  return [l, c, f("span", { class: "f-side f-soft" }, tt[t.metric.value].ofTarget ? "Δ is blank where the next tokens differ" : ""), ...d];
}
const me = 112, it = 34, gt = 72, Nt = 14;
function Io(t, e, n) {
  const o = (n - it) / t.height;
  return Math.max(0, Math.min(t.height - 1, Math.floor((e - it) / o)));
}
function Bo(t, e, n, o, s, i) {
  const a = j(s), r = ct(o, s), l = (i - it) / t.height, c = (v) => it + (v + 0.5) * l, d = Math.log(Math.max(10, t.info.model.vocabulary)), u = (v) => 7 + Math.log(v) / d * (gt - 14), h = [];
  for (let v = 1; Math.log(v) <= d; v *= 100) {
    h.push({ op: "lines", points: [it, u(v), i, u(v)], stroke: a.line, line: 1 });
    const k = v >= 1e3 ? `${v / 1e3}k` : String(v);
    h.push({ op: "text", x: it - 6, y: u(v), text: k, size: 10, fill: a.muted, align: "right" });
  }
  const p = e.row;
  h.push({ op: "rect", x: c(p) - l / 2, y: 0, w: l, h: gt + Nt + 4, fill: a.sunken });
  const m = [];
  for (let v = 0; v < t.height; v++)
    m.push(c(v), u(t.columns.targetRank[t.cell(v, e.column)]));
  h.push({ op: "path", points: m, stroke: a.accent, line: 2 }), h.push({ op: "circle", x: c(p), y: m[2 * p + 1], r: 3.5, fill: a.surface, stroke: a.accent, line: 2 });
  const w = ut(t, n), g = Zt(n, t);
  for (let v = 0; v < t.height; v++) {
    const k = jt(g(w[t.cell(v, e.column)])), x = k < 0 ? a.sunken : r.css[k];
    h.push({ op: "rect", x: c(v) - l / 2, y: gt + 2, w: Math.max(1, l - 1), h: Nt, fill: x });
  }
  const b = Math.ceil(26 / l);
  for (let v = 0; v < t.height; v += b)
    v !== p && Math.abs(v - p) * l < 22 || h.push({ op: "text", x: c(v), y: gt + Nt + 14, text: t.rowName(v), size: 10, fill: a.muted, align: "center" });
  return h.push({ op: "text", x: Math.min(i - 14, c(p)), y: gt + Nt + 14, text: t.rowName(p), size: 10, bold: !0, fill: a.text, align: "center" }), h;
}
function Oo(t, e) {
  const n = f("h2", { class: "f-place" }), o = f("p", { class: "f-context" }), s = f("button", { class: "f-button f-pin", type: "button", onclick: () => t.pinned.value = !t.pinned.peek() }, W("pin"), f("span")), i = f("dl", { class: "f-numbers" }), a = f("ol", { class: "f-top" }), r = f("canvas", { class: "f-strip", role: "img" }), l = f("div", { class: "f-actions" }), c = f(
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
    const b = () => {
      const v = t.shown.peek();
      g.run({ ...v, position: t.reading.peek().positions[v.column] });
    };
    l.append(f("button", { class: "f-button", type: "button", title: g.title, onclick: b }, g.label));
  }
  const d = Do(t, a), u = A(280);
  let h = 0;
  const p = new ResizeObserver(() => {
    u.value = Math.max(160, c.clientWidth - 32);
  });
  p.observe(c), r.addEventListener("click", (g) => {
    const { column: b } = t.shown.peek();
    t.move(Io(t.reading.peek(), g.offsetX, u.peek()), b);
  });
  const m = [
    M(() => {
      const g = t.reading.value, b = t.shown.value;
      n.replaceChildren(...jo(g, b)), o.replaceChildren(...Wo(g, b.column)), i.replaceChildren(..._o(g, b)), r.setAttribute("aria-label", Fo(g, b.column)), d(g, b);
    }),
    M(() => {
      const g = t.pinned.value;
      s.setAttribute("aria-pressed", String(g)), s.title = g ? "Release (Esc)" : "Pin this cell (Enter)", s.lastChild.textContent = g ? "Pinned" : "Pin";
    }),
    M(() => {
      const g = u.value, b = Bo(t.reading.value, t.shown.value, t.metric.value, t.ramp.value, t.shade.value, g);
      cancelAnimationFrame(h), h = requestAnimationFrame(() => {
        const v = r.getContext("2d");
        if (!v) return;
        _t(r, g, me);
        const k = window.devicePixelRatio || 1;
        v.setTransform(k, 0, 0, k, 0, 0), v.clearRect(0, 0, g, me), Wt(v, b);
      });
    })
  ];
  return { element: c, dispose: () => {
    m.forEach((g) => g()), p.disconnect(), cancelAnimationFrame(h);
  } };
}
function jo(t, { row: e, column: n }) {
  const o = t.rowName(e), s = /^\d+$/.test(o) ? `Layer ${o}` : o === "embed" ? "Embedding" : o;
  return [
    document.createTextNode(s),
    f("span", { class: "f-soft" }, ` · position ${t.positions[n]}`)
  ];
}
function Wo(t, e) {
  const n = t.positions[e], o = Math.max(0, n - 5), s = t.tokens.slice(o, n), i = o > 0 ? [document.createTextNode("… ")] : [];
  for (const { text: l } of s) i.push(C(S(l)));
  const a = C(S(t.input(e)?.text ?? ""));
  a.classList.add("f-here");
  const r = C(S(t.targetText(e)));
  return r.classList.add("f-next"), i.push(a, f("span", { class: "f-soft" }, " → "), r), t.targets[e]?.isArgmax && i.push(f("span", { class: "f-soft" }, " (the model’s choice)")), i;
}
function _o(t, { row: e, column: n }) {
  const o = t.cell(e, n), s = t.columns, i = (a, r, l) => f("div", { title: r }, f("dt", {}, a), f("dd", {}, l));
  return [
    i("rank", "Rank of the token that came next: 1 is best", K(s.targetRank[o])),
    i("prob", "Probability of the token that came next", F(s.targetProb[o])),
    i("surprisal", "−log₂ of that probability, bits", B(s.surprisalBits[o])),
    i("entropy", "Entropy of the whole distribution, bits", B(s.entropyBits[o])),
    i("KL", "Divergence of the last layer from this one, bits", B(s.klBits[o]))
  ];
}
function Do(t, e) {
  const n = [], o = () => {
    const s = f("span", { class: "f-rank" }), i = C(""), a = f("span", { class: "f-fill" }), r = f("span", { class: "f-share" }), l = f("button", { class: "f-watch", type: "button" }), c = f("li", {}, f("span", { class: "f-bar" }, a), s, i, r, l), d = { row: c, place: s, name: i, bar: a, share: r, watch: l, id: -1 };
    return l.addEventListener("click", () => t.toggleWatch({ id: d.id, text: t.reading.peek().text(d.id) })), n.push(d), e.append(c), d;
  };
  return (s, { row: i, column: a }) => {
    const r = s.top(i, a), l = s.target(i, a), c = !r.some((u) => u.id === l.id), d = c ? [...r, l] : r;
    d.forEach((u, h) => {
      const p = n[h] ?? o(), m = S(s.text(u.id)), w = t.isWatched(u.id);
      p.id = u.id, p.row.hidden = !1, p.row.className = `${u.id === l.id ? "f-target" : ""}${c && h === r.length ? " f-beyond" : ""}`, p.place.textContent = K(u.rank), p.name.textContent = m, p.name.title = `token ${u.id}, logit ${B(u.logit)}`, p.share.textContent = F(u.prob), p.bar.style.width = `${100 * Math.max(0, Math.min(1, u.prob || 0))}%`, p.watch.textContent = w ? "−" : "+", p.watch.setAttribute("aria-label", `${w ? "Stop watching" : "Watch"} ${m}`), p.watch.title = w ? "Stop watching" : "Watch this token";
    }), n.slice(d.length).forEach((u) => u.row.hidden = !0);
  };
}
function Fo(t, e) {
  const n = t.rows.findIndex((s, i) => t.columns.targetRank[t.cell(i, e)] === 1), o = S(t.targetText(e));
  return n < 0 ? `${o} is at rank 1 after no layer` : `${o} is first at rank 1 after layer ${t.rowName(n)}`;
}
function Ko(t) {
  const e = z(() => zt(t.reading.value, t.metric.value, ct(t.ramp.value, t.shade.value)));
  return Fe(t, { label: "Layers by positions: the top token of each", model: e, found: Rn(t) });
}
function Dt(t, e, n, o) {
  const s = t.columns, i = t.watched.length, a = t.watched.findIndex((c) => c.ids[0] === n), r = t.targets[o]?.id === n, l = e && e.rank.length === t.width * t.height ? e : void 0;
  return t.rows.map((c, d) => {
    const u = t.cell(d, o);
    return a >= 0 ? Kt(s.watchRank, s.watchProb, s.watchLogit, u * i + a) : r ? Kt(s.targetRank, s.targetProb, s.targetLogit, u) : l ? Kt(l.rank, l.prob, l.logit, u) : t.top(d, o).find((h) => h.id === n) ?? null;
  });
}
const Kt = (t, e, n, o) => ({
  rank: t[o],
  prob: e[o],
  logit: n[o]
});
function Uo(t, e, n, o) {
  const s = t.watched.value.map((a) => ({
    ...a,
    scores: Dt(e, t.asked.value.get(a.id), a.id, n)
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
function qo(t) {
  const e = [];
  return t.forEach((n, o) => {
    if (!Number.isNaN(n)) return;
    const s = e[e.length - 1];
    s && s[1] === o - 1 ? s[1] = o : e.push([o, o]);
  }), e;
}
function Ho(t, e) {
  const n = e.replace(/␣/g, " ").replace(/⏎/g, `
`).replace(/⇥/g, "	"), o = (a) => {
    for (const [r, l] of t.vocabulary) if (l === a) return r;
    return null;
  }, s = o(n);
  if (s !== null) return { id: s, text: n, guessed: !1 };
  const i = o(` ${n}`);
  return i === null ? null : { id: i, text: ` ${n}`, guessed: !0 };
}
const Go = 5;
function Vo(t, e, n, o) {
  const s = t.watched.value, i = Math.min(Go, e.columns.topK), a = [
    ...o === "position" ? ["layer"] : ["position", "input", "next"],
    "rank",
    "probability",
    "surprisal",
    "entropy",
    "KL",
    ...Array.from({ length: i }, (h, p) => `top ${p + 1}`),
    ...s.map(({ text: h }) => `rank of ${S(h)}`)
  ], r = o === "position" ? e.rows.map((h, p) => ({ row: p, column: n.column })) : e.positions.map((h, p) => ({ row: n.row, column: p })), l = /* @__PURE__ */ new Map(), c = (h) => {
    let p = l.get(h);
    return p || (p = s.map(({ id: m }) => Dt(e, t.asked.value.get(m), m, h).map((w) => w?.rank ?? null)), l.set(h, p)), p;
  }, d = r.map((h) => {
    const { row: p, column: m } = h, w = e.columns, g = e.cell(p, m), b = o === "position" ? [] : [e.input(m)?.text ?? "", e.targetText(m)];
    return {
      cell: h,
      head: o === "position" ? e.rowName(p) : String(e.positions[m]),
      values: [
        ...b.map((v) => ({ text: S(v), token: !0 })),
        { text: K(w.targetRank[g]) },
        { text: F(w.targetProb[g]) },
        { text: B(w.surprisalBits[g]) },
        { text: B(w.entropyBits[g]) },
        { text: B(w.klBits[g]) },
        ...e.top(p, m).slice(0, i).map(({ id: v }) => ({ text: S(e.text(v)), token: !0 })),
        ...c(m).map((v) => ({ text: v[p] == null ? "not recorded" : K(v[p]) }))
      ]
    };
  });
  return { caption: o === "position" ? `Position ${e.positions[n.column]}, after ${S(e.input(n.column)?.text ?? "")}: every layer; rank, probability and surprisal of ${S(e.targetText(n.column))}` : `${e.rowName(n.row) === "embed" ? "The embedding" : `Layer ${e.rowName(n.row)}`}: every position; rank, probability and surprisal of the token that came next`, columns: a, rows: d };
}
const Xo = ({ columns: t, rows: e }) => [t, ...e.map((n) => [n.head, ...n.values.map((o) => o.text)])].map((n) => n.join("	")).join(`
`);
function Jo(t) {
  const e = A("position"), n = f("div", { class: "f-table-box", tabindex: "0", role: "region", "aria-label": "Table" }), o = (c, d) => {
    const u = f("input", { type: "radio", name: `f-selection-${t.uid}`, value: c, checked: c === "position", onchange: () => e.value = c });
    return f("label", {}, u, f("span", {}, d));
  };
  let s = null;
  const i = f("button", { class: "f-button", type: "button" }, "Copy");
  i.addEventListener("click", () => {
    s && Zo(Xo(s)).then((c) => {
      i.textContent = c ? "Copied" : "Select and copy by hand", setTimeout(() => i.textContent = "Copy", 2e3);
    });
  });
  const a = f("div", { class: "f-segments", role: "radiogroup", "aria-label": "What the table shows" }, o("position", "This position, every layer"), o("layer", "This layer, every position")), r = f("section", { class: "f-table-view", "aria-label": "Table" }, f("div", { class: "f-watch-head" }, a, i), n), l = M(() => {
    t.view.value === "table" && (s = Vo(t, t.reading.value, t.cursor.value, e.value), n.replaceChildren(Yo(t, s, e.peek())));
  });
  return { element: r, drawing: () => null, focus: () => n.focus(), dispose: l };
}
function Yo(t, { caption: e, columns: n, rows: o }, s) {
  const i = t.cursor.peek(), a = o.map(({ cell: l, head: c, values: d }) => {
    const u = s === "position" ? l.row === i.row : l.column === i.column, h = d.map((p) => f("td", { class: p.token ? "f-word" : null }, p.token ? C(p.text) : p.text));
    return f("tr", { "aria-current": u ? "true" : null, onclick: () => t.move(l.row, l.column) }, f("th", { scope: "row" }, c), ...h);
  }), r = (l) => /^(input|next|top)/.test(l) ? "f-word" : null;
  return f("table", { class: "f-table" }, f("caption", {}, e), f("thead", {}, f("tr", {}, ...n.map((l) => f("th", { scope: "col", class: r(l) }, l)))), f("tbody", {}, ...a));
}
async function Zo(t) {
  try {
    return await navigator.clipboard.writeText(t), !0;
  } catch {
    return !1;
  }
}
const rt = 56, ee = 148, lt = 18, ot = 18, we = 15, Ke = (t) => t.map((e, n) => ({ line: e, i: n })).filter(({ line: e }) => e.values.some(Number.isNaN));
function Ue(t) {
  const e = t.height - 44 - ot * Ke(t.lines).length, n = t.width - ee, o = (n - rt) / Math.max(1, t.rows.length), s = Math.max(40, e - lt), i = Qo(t);
  return { x: (a) => rt + (a + 0.5) * o, y: (a) => lt + i(a) * s, each: o, bottom: lt + s, right: n };
}
function Qo(t) {
  if (t.scale === "rank") {
    const n = Math.log(Math.max(10, t.vocabulary));
    return (o) => 0.02 + 0.96 * Math.log(o) / n;
  }
  if (t.scale === "prob") return (n) => 1 - n;
  const e = qe(t);
  return (n) => 0.5 - n / (2 * e);
}
function qe(t) {
  const e = t.lines.flatMap((n) => n.values).filter((n) => Number.isFinite(n));
  return Math.max(1, Math.ceil(Math.max(0, ...e.map(Math.abs)) * 1.1));
}
function ts(t) {
  if (t.scale === "rank") {
    const n = [];
    for (let o = 1; o <= t.vocabulary; o *= 10) n.push({ value: o, label: K(o) });
    return n;
  }
  if (t.scale === "prob") return [0, 0.25, 0.5, 0.75, 1].map((n) => ({ value: n, label: `${n * 100}%` }));
  const e = qe(t);
  return [-e, -e / 2, 0, e / 2, e].map((n) => ({ value: n, label: `${n > 0 ? "+" : ""}${+n.toFixed(1)}` }));
}
function ge(t, e) {
  const { each: n } = Ue(t);
  return Math.max(0, Math.min(t.rows.length - 1, Math.floor((e - rt) / n)));
}
function es(t, e, n) {
  const o = Ue(t), s = [];
  return ns(s, t, o, e), t.lines.forEach((i, a) => os(s, i, a, o, n[a % n.length], e)), is(s, t, o, e, n), Ke(t.lines).forEach(({ line: i, i: a }, r) => as(s, t, i, o, r, n[a % n.length], e)), s;
}
function ns(t, e, n, o) {
  t.push({ op: "rect", x: n.x(e.row) - n.each / 2, y: lt - 8, w: n.each, h: n.bottom - lt + 14, fill: o.raised });
  for (const { value: a, label: r } of ts(e)) {
    const l = n.y(a);
    t.push({ op: "lines", points: [rt, l, n.right, l], stroke: o.line, line: 1 }), t.push({ op: "text", x: rt - 8, y: l, text: r, size: 11, fill: o.muted, align: "right" });
  }
  const s = Math.max(1, Math.ceil(30 / n.each));
  e.rows.forEach((a, r) => {
    const l = r === e.row, c = !l && Math.abs(r - e.row) * n.each < 24;
    !l && (r % s !== 0 || c) || t.push({ op: "text", x: n.x(r), y: n.bottom + 15, text: a, size: 11, fill: l ? o.text : o.muted, bold: l, align: "center" });
  });
  const i = { rank: "rank, 1 is best (log)", prob: "probability", logit: "logit, less the first token's" };
  t.push({ op: "text", x: rt, y: 7, text: i[e.scale], size: 11, fill: o.muted }), t.push({ op: "text", x: n.right, y: n.bottom + 31, text: "after layer", size: 11, fill: o.muted, align: "right" });
}
function os(t, e, n, o, s, i) {
  const a = Gt[n % Gt.length] ?? [];
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
    !Number.isNaN(d) && (u % c === 0 || p || h) && He(t, Pt[n % Pt.length] ?? "circle", o.x(u), o.y(d), s, i);
  });
}
function He(t, e, n, o, s, i) {
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
const ss = { rank: K, prob: F, logit: B };
function is(t, e, n, o, s) {
  const i = e.lines.flatMap((l, c) => {
    const d = l.values.findLastIndex((u) => !Number.isNaN(u));
    return d < 0 ? [] : [{ line: l, i: c, row: d, from: n.y(l.values[d]), y: 0 }];
  });
  i.sort((l, c) => l.from - c.from);
  let a = lt - 6;
  for (const l of i)
    l.y = Math.max(l.from, a), a = l.y + we;
  let r = n.bottom + 6;
  for (const l of [...i].reverse())
    l.y = Math.min(l.y, r), r = l.y - we;
  for (const { line: l, i: c, row: d, from: u, y: h } of i) {
    const p = s[c % s.length], m = ss[e.scale](l.values[d]);
    t.push({ op: "lines", points: [n.x(d) + 6, u, n.right + 10, h], stroke: p, line: 1 });
    const w = dt(S(l.text), ee - 74, { size: 12, mono: !0 });
    t.push({ op: "text", x: n.right + 14, y: h, text: w, size: 12, mono: !0, bold: !0, fill: o.text }), t.push({ op: "text", x: n.right + 22 + kt(w, { size: 12, mono: !0, bold: !0 }), y: h, text: m, size: 12, fill: o.muted });
  }
}
function as(t, e, n, o, s, i, a) {
  const r = o.bottom + 40 + s * ot, l = `not recorded: beyond the top ${e.topK}`;
  for (const [c, d] of qo(n.values)) {
    const [u, h] = [o.x(c) - o.each / 2 + 1, o.x(d) + o.each / 2 - 1];
    t.push({ op: "rect", x: u, y: r, w: h - u, h: ot - 5, fill: a.sunken, round: 3 }), t.push({ op: "rect", x: u, y: r, w: 3, h: ot - 5, fill: i });
    const p = dt(l, h - u - 12, { size: 10 });
    p && t.push({ op: "text", x: u + 8, y: r + (ot - 5) / 2, text: p, size: 10, fill: a.muted });
  }
  t.push({ op: "text", x: o.right + 14, y: r + (ot - 5) / 2, text: dt(S(n.text), ee - 20, { size: 11, mono: !0 }), size: 11, mono: !0, fill: a.muted });
}
const rs = [["rank", "Rank"], ["prob", "Probability"], ["logit", "Logit difference"]];
function ls(t) {
  const e = A({ width: 0, height: 0 }), n = f("canvas", { class: "f-chart", role: "img" }), o = f("div", { class: "f-chart-box", tabindex: "0", "aria-label": "Chart over the layers: arrows move", role: "group" }, n), s = f("ul", { class: "f-chips", "aria-label": "Watched tokens" }), i = f("p", { class: "f-watch-place" }), a = f("section", { class: "f-watch-view", "aria-label": "Watched tokens over the layers" }, f("div", { class: "f-watch-head" }, i, hs(t)), f("div", { class: "f-watch-tokens" }, s, ps(t)), o), r = z(() => {
    const h = t.reading.value, { row: p, column: m } = t.shown.value, w = t.watchScale.value;
    return {
      lines: Uo(t, h, m, w),
      scale: w,
      rows: h.rows.map((g, b) => h.rowName(b)),
      row: p,
      vocabulary: h.info.model.vocabulary,
      topK: h.columns.topK,
      ...e.value
    };
  });
  let l = [], c = 0;
  const d = [
    M(() => {
      const h = r.value, p = t.shade.value;
      !h.width || !h.height || (l = es(h, j(p), Ne(p)), n.setAttribute("aria-label", us(t, h)), cancelAnimationFrame(c), c = requestAnimationFrame(() => {
        const m = n.getContext("2d");
        if (!m) return;
        _t(n, h.width, h.height);
        const w = n.width / h.width;
        m.setTransform(w, 0, 0, w, 0, 0), m.clearRect(0, 0, h.width, h.height), Wt(m, l);
      }));
    }),
    M(() => s.replaceChildren(...t.watched.value.map((h, p) => fs(t, h, p)))),
    M(() => {
      const h = t.reading.value, { column: p } = t.shown.value;
      i.replaceChildren(
        f("strong", {}, `Position ${h.positions[p]}`),
        " after ",
        C(S(h.input(p)?.text ?? "")),
        f("span", { class: "f-soft" }, h.targets[p]?.isArgmax ? ", then the model's choice " : ", before "),
        C(S(h.targetText(p)))
      );
    }),
    ws(t)
  ];
  cs(t, n, () => r.peek());
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
function cs(t, e, n) {
  e.addEventListener("pointermove", (o) => {
    if (t.pinned.peek()) return;
    const s = ge(n(), o.offsetX), i = t.shown.peek().column;
    t.hover.peek()?.row !== s && (t.hover.value = { row: s, column: i });
  }), e.addEventListener("pointerleave", () => t.hover.value = null), e.addEventListener("click", (o) => {
    t.move(ge(n(), o.offsetX), t.shown.peek().column), t.pinned.value = !0;
  });
}
function us(t, e) {
  const n = t.reading.peek(), { column: o } = t.shown.peek(), s = n.lastRow, i = t.watched.peek().map(({ id: a, text: r }) => {
    const l = Dt(n, t.asked.peek().get(a), a, o)[s];
    return `${S(r)} ${l ? `rank ${K(l.rank)}, ${F(l.prob)}` : "not recorded"}`;
  });
  return `${e.rows.length} layers at position ${n.positions[o]}; after the last: ${i.join("; ") || "nothing is watched"}`;
}
function hs(t) {
  const e = rs.map(([n, o]) => {
    const s = f("input", { type: "radio", name: `f-scale-${t.uid}`, value: n, onchange: () => t.watchScale.value = n });
    return { scale: n, input: s, element: f("label", {}, s, f("span", {}, o)) };
  });
  return M(() => e.forEach(({ scale: n, input: o }) => o.checked = t.watchScale.value === n)), f("div", { class: "f-segments", role: "radiogroup", "aria-label": "Scale" }, ...e.map(({ element: n }) => n));
}
function fs(t, e, n) {
  const o = S(e.text), s = `var(--f-series-${n})`, i = (Gt[n] ?? []).join(" "), a = ft("line", { x1: 1, y1: 8, x2: 27, y2: 8, "stroke-width": 2.25, "stroke-dasharray": i || null });
  a.style.stroke = s;
  const r = ft("svg", { viewBox: "0 0 28 16", width: 28, height: 16, "aria-hidden": "true" }, a, ds(n, s)), l = f("button", { class: "f-watch", type: "button", "aria-label": `Stop watching ${o}`, title: "Stop watching", onclick: () => t.toggleWatch(e) }, W("close"));
  return f("li", { class: "f-chip" }, r, C(o), l);
}
function ds(t, e) {
  const n = [], o = Pt[t % Pt.length] ?? "circle";
  He(n, o, 14, 8, "#000000", j("light"));
  const s = n[0], i = s?.op === "path" ? ft("polygon", { points: s.points.join(" ") }) : ft("circle", { cx: 14, cy: 8, r: 3.5 });
  return i.style.stroke = e, i.style.strokeWidth = "1.75", i.style.fill = o.endsWith("-open") ? "var(--f-surface)" : e, i;
}
function ps(t) {
  const e = f("input", { class: "f-input", type: "text", placeholder: "Watch a token, e.g. ␣is", "aria-label": "Watch a token", spellcheck: "false", autocomplete: "off" }), n = f("span", { class: "f-note", role: "status" }), o = f("form", { class: "f-adder" }, e, f("button", { class: "f-button", type: "submit" }, "Watch"), n);
  return o.addEventListener("submit", (s) => {
    s.preventDefault();
    const i = e.value;
    if (!i) return;
    const a = Ho(t.reading.peek(), i);
    n.textContent = "", t.watched.peek().length >= ht ? n.textContent = `At most ${ht} tokens can be told apart.` : a ? (t.watched.peek().some((r) => r.id === a.id) || t.toggleWatch(a), a.guessed && (n.textContent = `Taken as ${S(a.text)}, with the space before it.`), e.value = "") : t.source.ranks ? ms(t, i, n).then((r) => r && (e.value = "")) : n.textContent = `This reading holds no token ${S(i)}. Record it: --watch when the reading is made.`;
  }), o;
}
async function ms(t, e, n) {
  n.textContent = "Asking …";
  try {
    const [o] = await t.source.ranks?.([{ text: e.replace(/␣/g, " ") }]) ?? [];
    if (!o) throw new Error("no such token");
    return t.asked.value = new Map(t.asked.peek()).set(o.id, o), t.watched.peek().some((s) => s.id === o.id) || t.toggleWatch({ id: o.id, text: o.text }), n.textContent = o.note ? G(o.note) : "", !0;
  } catch (o) {
    return n.textContent = o instanceof Error ? o.message : String(o), !1;
  }
}
function ws(t) {
  const e = /* @__PURE__ */ new Set();
  let n = t.reading.peek();
  return M(() => {
    const o = t.reading.value, { column: s } = t.shown.value;
    if (!t.source.ranks || t.view.value !== "watch") return;
    o !== n && (n = o, e.clear(), t.asked.value = /* @__PURE__ */ new Map());
    const i = t.watched.value.filter(
      ({ id: a }) => !e.has(a) && Dt(o, t.asked.value.get(a), a, s).includes(null)
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
const gs = { heatmap: Ko, watch: ls, compare: Ao, table: Jo };
async function bs(t, e, n = {}) {
  const [o, s] = await Promise.all([e.reading(), e.other?.() ?? null]), i = new yn(o, e);
  i.other.value = s, n.view && (i.view.value = n.view), n.metric && (i.metric.value = n.metric), n.theme && (i.theme.value = n.theme);
  const a = f("div", { class: n.page ? "fathom f-page" : "fathom" });
  n.page || (a.style.height = n.height ?? "640px");
  const r = [Qn(a, i)];
  (n.deepLinks ?? n.page) && r.push(Zn(i));
  const l = z(() => i.view.value === "compare" && !i.other.value ? "heatmap" : i.view.value), c = vs(i, l), d = Gn(), u = Oo(i, n.actions ?? []), h = On(i, { drawing: () => c.part(l.peek()).drawing(), help: () => d.showModal() }), p = _n(i, l), m = f("div", { class: "f-hidden", role: "status", "aria-live": "polite" });
  a.append(h.element, p.element, f("div", { class: "f-body" }, c.element, u.element), Dn(i), d, m), t.replaceChildren(a), r.push(
    M(() => {
      m.textContent = i.message.value;
    }),
    M(() => {
      const { row: b, column: v } = i.cursor.peek();
      i.pinned.value && (i.message.value = `Pinned: ${Qt(i.reading.peek(), b, v)}`);
    })
  );
  const w = n.page ? document : a, g = (b) => {
    qn(i, { find: h.find, help: () => d.showModal() }, b) && b.preventDefault();
  };
  return w.addEventListener("keydown", g), {
    state: i,
    update: (b) => ks(i, b),
    compareWith(b) {
      i.other.value = b, !b && i.view.peek() === "compare" && (i.view.value = "heatmap");
    },
    destroy() {
      w.removeEventListener("keydown", g), r.forEach((b) => b()), [h, p, u, c].forEach((b) => b.dispose()), a.remove();
    }
  };
}
function vs(t, e) {
  const n = /* @__PURE__ */ new Map(), o = f("main", { class: "f-stage" }), s = (r) => {
    let l = n.get(r);
    return l || (l = gs[r](t), l.element.id = `f-panel-${r}-${t.uid}`, l.element.setAttribute("aria-labelledby", `f-tab-${r}-${t.uid}`), l.element.setAttribute("role", "tabpanel"), n.set(r, l), o.append(l.element)), l;
  }, i = M(() => {
    const r = e.value;
    s(r);
    for (const [l, { element: c }] of n) c.hidden = l !== r;
  });
  return { element: o, part: s, dispose: () => {
    i(), n.forEach((r) => r.dispose());
  } };
}
function ks(t, e) {
  const n = t.reading.peek(), { row: o, column: s } = t.cursor.peek(), [i, a] = [n.positions[s], n.rowName(o)], r = s === n.width - 1 && !t.pinned.peek() && n.width > 1;
  t.hover.value = null;
  const l = e.positions.indexOf(i ?? -1), c = e.rows.findIndex((u, h) => e.rowName(h) === a), d = {
    row: c < 0 ? e.lastRow : c,
    column: r || l < 0 ? e.width - 1 : l
  };
  e.width >= n.width && e.height >= n.height ? (t.reading.value = e, t.cursor.value = d) : (t.cursor.value = { row: 0, column: 0 }, t.reading.value = e, t.cursor.value = d);
}
class ne {
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
const Ut = "fathom.pack/1";
class P extends Error {
  name = "BadReading";
}
async function ys(t) {
  const e = new Blob([t]).stream().pipeThrough(new DecompressionStream("gzip"));
  try {
    return new Uint8Array(await new Response(e).arrayBuffer());
  } catch {
    throw new P("the pack is no whole gzip stream");
  }
}
function xs(t) {
  const e = t.length / 4, n = new Uint32Array(e);
  for (let o = 0; o < e; o++)
    n[o] = (t[o] | t[e + o] << 8 | t[2 * e + o] << 16 | t[3 * e + o] << 24) >>> 0;
  return n;
}
function $s(t, e, n) {
  const o = /* @__PURE__ */ new Map();
  let s = n;
  for (const { name: i, type: a, values: r } of t.columns) {
    const l = s + 4 * r;
    if (!Number.isSafeInteger(l) || r < 0 || l > e.length) throw new P(`${i}: cut off`);
    if (o.has(i)) throw new P(`column ${i} stands twice`);
    o.set(i, { type: a, words: xs(e.subarray(s, l)) }), s = l;
  }
  if (s !== e.length) throw new P("there is more after the columns");
  return o;
}
function Ge(t) {
  const { model: e, lens: n, precision: o, run_id: s, program: i } = t;
  if (!e || !n || !Array.isArray(t.tokens)) throw new P("the reading names no model or tokens");
  const a = (t.watched ?? []).map((c) => ({
    text: c.text,
    ids: c.ids,
    sequence: c.sequence ? { position: c.sequence.position, logprobBits: c.sequence.logprob_bits } : void 0
  })), r = new Map((t.vocabulary ?? []).map((c) => [c.id, c.text]));
  return { info: { model: e, lens: n, precision: o, sampling: t.sampling ?? null, run_id: s, program: i }, tokens: t.tokens, watched: a, vocabulary: r };
}
async function Ms(t) {
  const e = await ys(t), n = e.length < 4 ? 1 / 0 : new DataView(e.buffer).getUint32(0, !0);
  if (4 + n > e.length) throw new P("the pack's head is cut off");
  let o;
  try {
    o = JSON.parse(new TextDecoder("utf-8", { fatal: !0 }).decode(e.subarray(4, 4 + n)));
  } catch {
    throw new P("the pack's head is no JSON");
  }
  if (o.pack !== Ut && !String(o.pack).startsWith(`${Ut}.`))
    throw new P(`this reading's form is ${String(o.pack)}, and this viewer reads ${Ut}`);
  const s = $s(o, e, 4 + n), { rows: i, positions: a } = o.reading, r = Ge(o.reading), l = i.length * a.length, c = (b, v, k) => {
    const x = s.get(b);
    if (!x || x.type !== v || x.words.length !== k)
      throw new P(`${b}: expected ${k} values of ${v}`);
    return x.words;
  }, d = (b, v = 1) => new Float32Array(c(b, "f32", l * v).buffer), u = (b, v = 1) => {
    const k = c(b, "u32", l * v);
    if (k.includes(0)) throw new P(`${b}: 0 is no rank`);
    return k;
  }, [h, p] = [o.top_k, r.watched.length], m = {
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
  }, w = c("target_id", "u32", a.length), g = a.map((b, v) => {
    const [k, x] = [w[v], r.tokens[b + 1]];
    if (!r.tokens[b] || x && x.id !== k) throw new P(`target of position ${b}`);
    return { id: k, isArgmax: x === void 0 };
  });
  return new ne({ ...r, rows: i, positions: a, targets: g, columns: m });
}
const qt = "fathom.reading/1";
function Ve(t, e, n) {
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
const D = (t) => t ?? NaN;
function Ss(t) {
  if (t.schema !== qt && !String(t.schema).startsWith(`${qt}.`))
    throw new P(`this reading's form is ${String(t.schema)}, and this viewer reads ${qt}`);
  const e = Ge(t), { rows: n, positions: o } = t, s = new Map(n.map((u, h) => [`${u.site} ${u.layer}`, h])), i = new Map(o.map((u, h) => [u, h])), a = t.cells[0]?.top.length ?? 0, r = Ve(n.length * o.length, a, e.watched.length), l = [], c = ({ id: u, text: h }) => e.vocabulary.set(u, h);
  let d = 0;
  for (const u of t.cells) {
    const h = s.get(`${u.site} ${u.layer}`), p = i.get(u.position);
    if (h === void 0 || p === void 0 || u.top.length !== a) throw new P("a cell that fits nowhere");
    const m = h * o.length + p;
    if (r.targetRank[m] !== 0) throw new P("a cell that stands twice");
    d++, c(u.target), l[p] = { id: u.target.id, isArgmax: u.target.is_argmax }, r.targetLogit[m] = D(u.target.logit), r.targetProb[m] = D(u.target.prob), r.targetRank[m] = u.target.rank, r.entropyBits[m] = D(u.entropy_bits), r.klBits[m] = D(u.kl_bits), r.klReverseBits[m] = D(u.kl_reverse_bits), r.surprisalBits[m] = D(u.surprisal_bits), u.top.forEach((g, b) => {
      c(g), r.topId[m * a + b] = g.id, r.topLogit[m * a + b] = D(g.logit), r.topProb[m * a + b] = D(g.prob);
    });
    const w = e.watched.length;
    u.watch.forEach((g, b) => {
      c(g), r.watchLogit[m * w + b] = D(g.logit), r.watchProb[m * w + b] = D(g.prob), r.watchRank[m * w + b] = g.rank;
    });
  }
  if (d !== n.length * o.length || d === 0) throw new P("cells are missing");
  return new ne({ ...e, rows: n, positions: o, targets: l, columns: r });
}
const Es = ["targetLogit", "targetProb", "targetRank", "entropyBits", "klBits", "klReverseBits", "surprisalBits"], As = ["topId", "topLogit", "topProb"], Ns = ["watchLogit", "watchProb", "watchRank"];
function Ls(t, e) {
  const n = (h) => h.rows.map((p) => `${p.site} ${p.layer}`).join(), o = (h) => h.watched.map((p) => p.ids.join(" ")).join();
  if (n(t) !== n(e) || t.columns.topK !== e.columns.topK || o(t) !== o(e))
    throw new Error("two readings of different rows, candidates or watched words can't be merged");
  const s = [.../* @__PURE__ */ new Set([...t.positions, ...e.positions])].sort((h, p) => h - p), i = s.map((h) => {
    const p = e.positions.indexOf(h);
    return p >= 0 ? [e, p] : [t, t.positions.indexOf(h)];
  }), [a, r] = [t.columns.topK, t.watched.length], l = Ve(s.length * t.rows.length, a, r), c = (h, p) => {
    for (const m of h) {
      const w = l[m];
      for (let g = 0; g < t.rows.length; g++)
        i.forEach(([b, v], k) => {
          const x = b.columns[m], N = b.cell(g, v) * p;
          w.set(x.subarray(N, N + p), (g * s.length + k) * p);
        });
    }
  };
  c(Es, 1), c(As, a), c(Ns, r);
  const d = e.tokens.length >= t.tokens.length ? e.tokens : t.tokens, u = i.map(([h, p], m) => {
    const w = d[s[m] + 1], g = h.targets[p];
    return w && w.id === g.id ? { id: w.id, isArgmax: !1 } : g;
  });
  return new ne({
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
class Bt extends Error {
  constructor(e) {
    super(e.detail || e.title), this.problem = e;
  }
}
const oe = "fathom-token";
function Ts() {
  const t = /(?:^#|&)token=([\w.~-]+)/.exec(location.hash)?.[1];
  t && (localStorage.setItem(oe, t), history.replaceState(history.state, "", location.pathname + location.search));
}
const Cs = (t) => localStorage.setItem(oe, t);
async function _(t, e = {}) {
  const n = new Headers(e.headers), o = localStorage.getItem(oe);
  o && n.set("authorization", `Bearer ${o}`), e.json !== void 0 && (n.set("content-type", "application/json"), e = { ...e, body: JSON.stringify(e.json) });
  const s = await fetch(`/api/v1${t}`, { ...e, headers: n }).catch((a) => {
    throw e.signal?.aborted ? a : new Bt({ title: "No answer", detail: "The server does not answer. Is it still running?", status: 0 });
  });
  if (s.ok) return s;
  const i = await s.json().catch(() => ({}));
  throw new Bt({ title: i.title ?? s.statusText, detail: i.detail ?? "", status: s.status });
}
const yt = async (t) => await (await t).json(), Rs = () => yt(_("/models")), Ps = async () => (await yt(_("/readings"))).readings, zs = (t) => yt(_(`/readings/${t}/summary`)), Is = (t) => yt(_("/readings", { method: "POST", json: t })), Bs = (t) => _(`/readings/${t}/cancel`, { method: "POST" }), Os = (t, e) => _(`/readings/${t}`, { method: "PATCH", json: { name: e } }), js = (t) => _(`/readings/${t}`, { method: "DELETE" });
async function Ht(t) {
  const e = await _(`/readings/${t}?format=pack`);
  return Ms(new Uint8Array(await e.arrayBuffer()));
}
async function Ws(t, e) {
  const n = await yt(_(`/readings/${t}/ranks`, { method: "POST", json: { tokens: e } })), o = (s) => Float32Array.from(s, (i) => i ?? NaN);
  return n.tokens.map((s) => ({
    id: s.id,
    text: s.text,
    logit: o(s.logit),
    prob: o(s.prob),
    rank: Uint32Array.from(s.rank)
  }));
}
async function _s(t, e) {
  const n = await _(`/readings/${t}?format=${e}`), o = /filename="([^"]+)"/.exec(n.headers.get("content-disposition") ?? "")?.[1] ?? `reading.${e}`, s = URL.createObjectURL(await n.blob()), i = document.createElement("a");
  [i.href, i.download] = [s, o], i.click(), setTimeout(() => URL.revokeObjectURL(s), 1e4);
}
async function Ds(t, e, n) {
  let o = "";
  for (let s = 0; !n.aborted; ) {
    try {
      const i = o ? { "last-event-id": o } : {}, a = await _(`/readings/${t}/events`, { headers: i, signal: n });
      for await (const { event: r, data: l, id: c } of Fs(a))
        if (s = 0, o = c, e(r, JSON.parse(l)), ["done", "failed", "cancelled"].includes(r)) return;
    } catch (i) {
      if (n.aborted) return;
      if (i instanceof Bt && i.problem.status !== 0 || ++s > 3) throw i;
    }
    await new Promise((i) => setTimeout(i, 500));
  }
}
async function* Fs(t) {
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
function Ks(t) {
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
      const u = c.tokens.slice(Math.max(0, r - 8), r).map(({ text: m }) => C(S(m)));
      e.replaceChildren(...r > 8 ? ["… "] : [], ...u, f("span", { class: "a-blank" }, "?"));
      const h = c.positions.indexOf(d);
      n.value = h >= 0 ? S(c.targetText(h)) : "";
      const p = h >= 0 ? c.top(c.lastRow, h).slice(0, 6) : [];
      o.replaceChildren(...p.map(({ id: m }) => f("button", { type: "button", class: "a-button", onclick: () => l({ id: m }) }, C(S(c.text(m)))))), a.showModal(), n.select();
    }
  };
}
const Us = { ready: "", present: "", loading: " (loading)", failed: " (can’t be loaded)" };
function qs(t) {
  const e = f("textarea", {
    id: "a-prompt",
    rows: 2,
    required: !0,
    spellcheck: "false",
    "aria-label": "Prompt",
    placeholder: "A text to continue …"
  }), n = f("select", { "aria-label": "Model" }), o = f("select", { "aria-label": "Lens" }, f("option", { value: "logit" }, "logit"), f("option", { value: "raw" }, "raw")), s = f("input", { type: "checkbox" }), i = (k, x, N, E, V = "") => f("input", { type: "number", inputmode: "decimal", "aria-label": k, value: x, step: N, min: E, placeholder: V }), a = i("Tokens to generate", "8", "1", "0"), r = i("Temperature", "", "0.1", "0", "greedy"), l = i("Draw from the best k", "", "1", "1", "all"), c = i("Draw from probability mass", "", "0.05", "0", "all"), d = i("Seed", "", "1", "0", "0"), u = f("input", { type: "text", "aria-label": "Words to watch", placeholder: "␣is, ␣are", spellcheck: "false", autocomplete: "off" }), h = (k, x, N = "") => f("label", { class: "a-field", title: N }, f("span", {}, k), x), p = f("button", { class: "a-run", type: "submit", title: "Ctrl+Enter" }, "Read"), m = f(
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
  ), w = (k) => k.value.trim() === "" ? void 0 : Number(k.value), g = () => {
    const k = w(a) ?? 0;
    if (k === 0) return;
    const x = { max_new_tokens: k }, N = (E, V) => {
      const Y = w(V);
      Y !== void 0 && (x[E] = Y);
    };
    return N("temperature", r), N("top_k", l), N("top_p", c), N("seed", d), x;
  }, b = () => u.value.split(",").map((k) => k.trim().replace(/␣/g, " ")).filter((k) => k !== ""), v = f(
    "form",
    { class: "a-form", autocomplete: "off" },
    e,
    f("div", { class: "a-row" }, h("Model", n), h("Generate", a, "Tokens to generate; 0 reads the prompt alone"), m, p)
  );
  return v.addEventListener("submit", (k) => {
    k.preventDefault();
    const x = g();
    t({
      ...n.value ? { model: n.value } : {},
      ...s.checked ? { chat: e.value } : { prompt: e.value },
      ...x ? { generate: x } : {},
      lens: o.value,
      watch: b()
    });
  }), e.addEventListener("keydown", (k) => {
    k.key === "Enter" && (k.ctrlKey || k.metaKey) && (k.preventDefault(), v.requestSubmit());
  }), {
    element: v,
    setModels({ models: k, limits: x }) {
      const N = n.value;
      n.replaceChildren(...k.map((E) => f("option", { value: E.name, disabled: E.state === "failed" }, E.name + Us[E.state]))), n.value = k.some((E) => E.name === N) ? N : k.find((E) => E.default)?.name ?? "", a.max = String(x.new_tokens);
    },
    setPrompt(k) {
      e.value = k;
    },
    generate: g,
    focus: () => e.focus()
  };
}
const Hs = {
  queued: "waiting",
  running: "running",
  failed: "failed",
  cancelled: "stopped"
}, be = (t) => t.split(" ").map(G).join(" ");
function Gs(t) {
  const e = f("ul", { class: "a-list" }), n = f("p", { class: "a-soft" }, "Readings that you make are kept here.");
  return {
    element: f("nav", { class: "a-history", "aria-label": "History" }, f("h2", {}, "History"), e, n),
    show(s, i) {
      n.hidden = s.length > 0, e.replaceChildren(...s.map((a) => Vs(a, a.id === i, t)));
    }
  };
}
function Vs(t, e, n) {
  const o = f("span", { class: "a-name" }, C(be(t.name))), s = t.output ? f("span", { class: "a-output" }, C(be(t.output))) : null, i = Hs[t.status], a = new Date(t.created).toLocaleString(void 0, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" }), r = [i, t.model, `${t.tokens} tokens`, a].filter((w) => w).join(" · "), l = f("a", {
    class: "a-open",
    href: `/r/${t.id}`,
    "aria-current": e ? "page" : null,
    onclick: (w) => {
      w.ctrlKey || w.metaKey || w.shiftKey || (w.preventDefault(), n.open(t.id));
    }
  }, o, s, f("span", { class: `a-facts a-${t.status}` }, r)), c = t.status === "done", d = f("div", { class: "a-menu", hidden: !0 }), u = (w, g) => f("button", { type: "button", onclick: () => {
    d.hidden = !0, g();
  } }, w), h = () => Xs(l, o, t.name, (w) => n.rename(t.id, w));
  d.append(
    ...c && !e ? [u("Compare with the one shown", () => n.compare(t.id))] : [],
    u("Rename", h),
    ...c ? [u("Copy link", () => n.share(t.id))] : [],
    ...c ? ["html", "json", "csv", "parquet", "pack"].map((w) => u(`Save as ${w}`, () => n.save(t.id, w))) : [],
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
  }, "⋯"), m = f("li", {}, l, p, d);
  return m.addEventListener("keydown", (w) => {
    w.key === "Escape" && !d.hidden && (d.hidden = !0, p.focus());
  }), m.addEventListener("focusout", (w) => {
    m.contains(w.relatedTarget) || (d.hidden = !0);
  }), m;
}
function Xs(t, e, n, o) {
  const s = f("input", { class: "a-rename", type: "text", maxlength: 200, "aria-label": "Name", value: n });
  let i = !1;
  const a = (r) => {
    i || (i = !0, t.hidden = !1, s.remove(), r && s.value.trim() && s.value !== n && o(s.value.trim()));
  };
  s.addEventListener("keydown", (r) => {
    r.stopPropagation(), r.key === "Enter" && a(!0), r.key === "Escape" && a(!1);
  }), s.addEventListener("blur", () => a(!0)), e.closest("li")?.prepend(s), t.hidden = !0, s.select();
}
function Js() {
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
function Ys(t, e) {
  const n = f("input", { type: "password", "aria-label": "Token", autocomplete: "off", required: !0 }), o = f(
    "form",
    { class: "a-gate" },
    f("h1", {}, "Fathom"),
    f("p", {}, "This server asks for its token. It stands in the address that `fathom serve` printed, after #token="),
    n,
    f("button", { class: "a-run", type: "submit" }, "Open")
  );
  o.addEventListener("submit", (s) => {
    s.preventDefault(), Cs(n.value.trim()), e();
  }), t.replaceChildren(o), n.focus();
}
const nt = "example";
function Zs(t) {
  Ts(), ve("auto");
  let e = null, n = { id: "", reading: null }, o = null, s = new AbortController(), i = "auto";
  const a = Js(), r = f("div", { class: "a-viewer" }), l = qs((y) => void x(y)), c = f("button", { class: "a-button", type: "button", hidden: !0, onclick: () => V() }, "Compare with the run before"), d = Ks((y, $) => {
    const U = l.generate() ?? { max_new_tokens: 8 };
    x({ parent: { reading: n.id, position: y, token: $ }, generate: U });
  }), u = Gs({
    open: (y) => void k(y),
    compare: (y) => void m(async () => Y(await Ht(y))),
    rename: (y, $) => void m(async () => {
      await Os(y, $), await w();
    }),
    remove: (y) => void m(async () => {
      await js(y), await w(), y === n.id && await k(nt);
    }),
    save: (y, $) => void m(() => _s(y, $)),
    share: (y) => void m(async () => {
      await navigator.clipboard.writeText(`${location.origin}/r/${y}`), a.note("The reading’s address is on the clipboard. It opens for whoever can reach this server.");
    })
  }), h = f("button", { class: "a-button", type: "button", onclick: () => {
    l.setPrompt(""), l.focus();
  } }, "New reading"), p = f(
    "aside",
    { class: "a-side" },
    f("div", { class: "a-brand" }, f("a", { href: "/", onclick: (y) => {
      y.preventDefault(), k(nt);
    } }, "Fathom"), h),
    u.element,
    f("p", { class: "a-foot" }, f("a", { href: "/api/docs" }, "HTTP API"))
  );
  t.replaceChildren(p, f("div", { class: "a-main" }, l.element, f("div", { class: "a-line" }, a.element, c), r), d.element);
  async function m(y) {
    try {
      return await y();
    } catch ($) {
      $ instanceof Bt && $.problem.status === 401 && Ys(t, () => location.reload()), a.error($ instanceof Error ? $.message : String($));
      return;
    }
  }
  async function w() {
    u.show(await Ps(), n.id);
  }
  async function g(y, $) {
    const U = n.reading !== null && e !== null;
    if (n.reading = y, U) return e?.update(y);
    const mt = n.id, Z = {
      reading: () => Promise.resolve(y),
      ranks: async (X) => (await $, Ws(mt, X))
    };
    e?.destroy(), e = null;
    const $t = await bs(r, Z, { height: "100%", deepLinks: !0, theme: i, actions: [{ label: "Continue from another token …", title: "Replace the token that follows this position, and generate on from there", run: ({ position: X }) => n.reading && d.ask(n.reading, X) }] });
    if (n.id !== mt) return $t.destroy();
    e = $t, n.reading !== y && e.update(n.reading);
    const R = e.state;
    M(() => {
      i = R.theme.value, ve(i);
    });
  }
  function b() {
    s.abort(), s = new AbortController(), n.reading && n.id !== nt && (o = { ...n }), c.hidden = !0;
  }
  function v(y) {
    const $ = y === nt ? "/" : `/r/${y}`;
    location.pathname !== $ && window.history.pushState(null, "", $);
  }
  async function k(y) {
    b(), n = { id: y, reading: null }, v(y), await m(async () => {
      const $ = await zs(y);
      if ($.status === "done") {
        a.clear();
        const U = await Ht(y);
        if (n.id !== y) return;
        await g(U, Promise.resolve()), y !== nt && l.setPrompt(Qs(U)), E();
      } else $.problem ? a.error(`${$.problem.title}: ${$.problem.detail}`) : await N(y);
    }), await m(w);
  }
  async function x(y) {
    const $ = await m(() => Is(y));
    $ && (b(), n = { id: $.id, reading: null }, v($.id), m(w), await m(() => N($.id)), await m(w));
  }
  async function N(y) {
    const $ = s.signal;
    let U = () => {
    };
    const mt = new Promise((O) => U = O), Z = () => void m(() => Bs(y));
    a.busy("Asked …", null, Z), await Ds(y, (O, $t) => {
      if ($.aborted) return;
      const R = $t;
      if (O === "queued" && R.position > 0 && a.busy(`Waiting: ${R.position} before this one`, null, Z), O === "loading" && a.busy("The model is being loaded", R.fraction, Z), O === "started" && a.busy("Reading the prompt", 0, Z), O === "progress" && a.busy(R.step === "prompt" ? `Prompt: ${R.done} of ${R.total} tokens` : `Token ${R.done} of ${R.total}`, R.done / R.total, Z), O === "token") {
        const X = Ss(R.reading);
        g(n.reading ? Ls(n.reading, X) : X, mt);
      }
      O === "failed" && a.error(`${R.problem.title}: ${R.problem.detail}`), O === "cancelled" && a.note("Stopped. What had been computed is shown, but not kept."), O === "done" && (a.clear(), U(), m(async () => {
        const X = await Ht(y);
        n.id === y && (await g(X, mt), E());
      }));
    }, $);
  }
  function E() {
    c.hidden = !o?.reading || o.id === n.id;
  }
  function V() {
    o?.reading && Y(o.reading);
  }
  function Y(y) {
    if (!e) return;
    e.compareWith(y);
    const $ = e.state.reading.peek();
    e.state.move($.lastRow, $.blank()), e.state.view.value = "compare";
  }
  async function xt() {
    const y = await m(Rs);
    y && (l.setModels(y), y.models.some(($) => $.state === "loading") && setTimeout(() => void xt(), 1e3));
  }
  const Ft = () => /^\/r\/([0-9a-z]+)$/.exec(location.pathname)?.[1] ?? nt;
  window.addEventListener("popstate", () => Ft() !== n.id && void k(Ft())), l.setPrompt("The keys to the cabinet"), k(Ft()), xt();
}
function Qs(t) {
  const e = t.tokens.filter(({ origin: n }) => n === "prompt").map(({ bytes: n }) => n).join("");
  return new TextDecoder().decode(Uint8Array.from(e.match(/../g) ?? [], (n) => parseInt(n, 16)));
}
function ve(t) {
  const e = t === "dark" || t === "auto" && matchMedia("(prefers-color-scheme: dark)").matches, n = document.documentElement;
  for (const [o, s] of Object.entries(j(e ? "dark" : "light"))) n.style.setProperty(`--f-${o}`, s);
  n.style.colorScheme = e ? "dark" : "light";
}
const ke = document.getElementById("app");
ke && Zs(ke);
export {
  Zs as start
};
