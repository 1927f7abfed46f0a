//! A template's program with a meter on each value that it works on.
//!
//! minijinja's fuel counts instructions, text and items. It does not count what a value unfolds to: `[v, v]` forty times is
//! forty instructions, and comparing or printing it visits 2^40 items; `v + v` of lists is made only when somebody looks.
//! So each template is rewritten before it is compiled: an operand, an argument and what is printed is weighed first, as
//! deep as it goes, and sums and products of lists are made at once, item by item, for fuel.

use minijinja::machinery::ast::{self, BinOpKind, CallArg, CallType, Expr, Spanned, Stmt};
use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;
use minijinja::{Error, ErrorKind};

use super::meters::{DATA, DEEP, EAGER};

/// How deep statements and expressions may be nested.
const MOST_NESTED: usize = 200;

/// The most words and signs between `{{` and `}}`, and the most `elif`.
const MOST_TOKENS: usize = 2000;
const MOST_BRANCHES: usize = 500;

/// Filters that look at no item, or at one; and tests that do.
const SHALLOW_FILTERS: &[&str] = &["length", "count", "first", "last", "default", "d"];
const SHALLOW_TESTS: &[&str] = &[
    "defined",
    "undefined",
    "none",
    "string",
    "number",
    "integer",
    "float",
    "boolean",
    "true",
    "false",
    "mapping",
    "sequence",
    "iterable",
];

/// Refuses chains (`1 + 1 + 1 …`, `elif` after `elif`) that become a tree as deep as they are long: it is built, and taken
/// down, on the stack.
pub(super) fn short_enough(source: &str, syntax: SyntaxConfig) -> Result<(), Error> {
    let (mut tokens, mut branches) = (0, 0);
    // What is no token at all, the parser says.
    for (token, _) in tokenize(source, false, syntax).map_while(Result::ok) {
        match token {
            Token::VariableStart | Token::BlockStart | Token::TemplateData(_) => tokens = 0,
            Token::Ident("elif") => branches += 1,
            _ => tokens += 1,
        }
        if tokens > MOST_TOKENS || branches > MOST_BRANCHES {
            let what = format!("more than {MOST_TOKENS} words in one expression, or {MOST_BRANCHES} elif");
            return Err(Error::new(ErrorKind::SyntaxError, what));
        }
    }
    Ok(())
}

/// The template with its meters.
pub(super) fn metered<'a>(template: &Stmt<'a>) -> Result<Stmt<'a>, Error> {
    Rewriter { depth: 0 }.stmt(template)
}

struct Rewriter {
    depth: usize,
}

type Made<T> = Result<T, Error>;

impl Rewriter {
    fn deeper<T>(&mut self, make: impl FnOnce(&mut Self) -> Made<T>) -> Made<T> {
        if self.depth > MOST_NESTED {
            let what = format!("statements or expressions nested more than {MOST_NESTED} deep");
            return Err(Error::new(ErrorKind::SyntaxError, what));
        }
        self.depth += 1;
        let made = make(self);
        self.depth -= 1;
        made
    }

    fn body<'a>(&mut self, body: &[Stmt<'a>]) -> Made<Vec<Stmt<'a>>> {
        body.iter().map(|stmt| self.deeper(|this| this.stmt(stmt))).collect()
    }

    #[allow(unreachable_patterns)] // More kinds exist with features that Fathom does not ask for.
    fn stmt<'a>(&mut self, stmt: &Stmt<'a>) -> Made<Stmt<'a>> {
        Ok(match stmt {
            Stmt::Template(it) => {
                Stmt::Template(Spanned::new(ast::Template { children: self.body(&it.children)? }, it.span()))
            }
            Stmt::EmitExpr(it) => {
                // A call of a macro or a loop makes text, and is compiled in a way of its own.
                let calls = matches!(&it.expr, Expr::Call(call) if matches!(call.identify_call(), CallType::Function(_)));
                let expr = if calls { self.expr(&it.expr)? } else { self.deep(&it.expr)? };
                Stmt::EmitExpr(Spanned::new(ast::EmitExpr { expr }, it.span()))
            }
            Stmt::EmitRaw(it) => Stmt::EmitRaw(Spanned::new(ast::EmitRaw { raw: it.raw }, it.span())),
            Stmt::ForLoop(it) => {
                let made = ast::ForLoop {
                    target: self.target(&it.target)?,
                    iter: self.expr(&it.iter)?,
                    filter_expr: self.option(&it.filter_expr)?,
                    recursive: it.recursive,
                    body: self.body(&it.body)?,
                    else_body: self.body(&it.else_body)?,
                };
                Stmt::ForLoop(Spanned::new(made, it.span()))
            }
            Stmt::IfCond(it) => {
                let made = ast::IfCond {
                    expr: self.expr(&it.expr)?,
                    true_body: self.body(&it.true_body)?,
                    false_body: self.body(&it.false_body)?,
                };
                Stmt::IfCond(Spanned::new(made, it.span()))
            }
            Stmt::WithBlock(it) => {
                let pair =
                    |(target, value): &(Expr<'a>, Expr<'a>)| Ok((self.target(target)?, self.expr(value)?));
                let assignments = it.assignments.iter().map(pair).collect::<Made<_>>()?;
                Stmt::WithBlock(Spanned::new(
                    ast::WithBlock { assignments, body: self.body(&it.body)? },
                    it.span(),
                ))
            }
            Stmt::Set(it) => {
                let expr = self.expr(&it.expr)?;
                let is_name = matches!(it.target, Expr::Var(_));
                let expr = if is_name { expr } else { filter(DATA, expr) };
                Stmt::Set(Spanned::new(ast::Set { target: self.target(&it.target)?, expr }, it.span()))
            }
            Stmt::SetBlock(it) => {
                let made = ast::SetBlock {
                    target: self.target(&it.target)?,
                    filter: self.option(&it.filter)?,
                    body: self.body(&it.body)?,
                };
                Stmt::SetBlock(Spanned::new(made, it.span()))
            }
            Stmt::AutoEscape(it) => {
                let made = ast::AutoEscape { enabled: self.expr(&it.enabled)?, body: self.body(&it.body)? };
                Stmt::AutoEscape(Spanned::new(made, it.span()))
            }
            Stmt::FilterBlock(it) => {
                let made = ast::FilterBlock {
                    filter: self.expr(&it.filter)?,
                    filter_span: it.filter_span,
                    body: self.body(&it.body)?,
                };
                Stmt::FilterBlock(Spanned::new(made, it.span()))
            }
            Stmt::Macro(it) => Stmt::Macro(Spanned::new(self.macro_of(it)?, it.span())),
            Stmt::CallBlock(it) => {
                let made = ast::CallBlock {
                    call: Spanned::new(self.call(&it.call)?, it.call.span()),
                    call_expr_span: it.call_expr_span,
                    macro_decl: Spanned::new(self.macro_of(&it.macro_decl)?, it.macro_decl.span()),
                };
                Stmt::CallBlock(Spanned::new(made, it.span()))
            }
            Stmt::Continue(it) => Stmt::Continue(Spanned::new(ast::Continue, it.span())),
            Stmt::Break(it) => Stmt::Break(Spanned::new(ast::Break, it.span())),
            Stmt::Do(it) => {
                let call = Spanned::new(self.call(&it.call)?, it.call.span());
                Stmt::Do(Spanned::new(ast::Do { call }, it.span()))
            }
            _ => return Err(unknown()),
        })
    }

    fn macro_of<'a>(&mut self, it: &ast::Macro<'a>) -> Made<ast::Macro<'a>> {
        Ok(ast::Macro {
            name: it.name,
            args: it.args.iter().map(|arg| self.target(arg)).collect::<Made<_>>()?,
            defaults: self.exprs(&it.defaults)?,
            body: self.body(&it.body)?,
        })
    }

    /// What something is assigned to: names, attributes, and lists of them.
    fn target<'a>(&mut self, target: &Expr<'a>) -> Made<Expr<'a>> {
        self.deeper(|this| {
            let mut all =
                |items: &[Expr<'a>]| items.iter().map(|item| this.target(item)).collect::<Made<_>>();
            Ok(match target {
                Expr::List(it) => Expr::List(Spanned::new(ast::List { items: all(&it.items)? }, it.span())),
                Expr::Tuple(it) => {
                    Expr::Tuple(Spanned::new(ast::Tuple { items: all(&it.items)? }, it.span()))
                }
                other => this.expr_of(other)?,
            })
        })
    }

    fn exprs<'a>(&mut self, exprs: &[Expr<'a>]) -> Made<Vec<Expr<'a>>> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn option<'a>(&mut self, expr: &Option<Expr<'a>>) -> Made<Option<Expr<'a>>> {
        expr.as_ref().map(|expr| self.expr(expr)).transpose()
    }

    /// The expression, weighed when it is known.
    fn deep<'a>(&mut self, expr: &Expr<'a>) -> Made<Expr<'a>> {
        let made = self.expr(expr)?;
        Ok(if matches!(made, Expr::Const(_)) { made } else { filter(DEEP, made) })
    }

    fn args<'a>(&mut self, args: &[CallArg<'a>]) -> Made<Vec<CallArg<'a>>> {
        let arg = |arg: &CallArg<'a>| {
            Ok(match arg {
                CallArg::Pos(expr) => CallArg::Pos(self.deep(expr)?),
                CallArg::Kwarg(name, expr) => CallArg::Kwarg(name, self.deep(expr)?),
                CallArg::PosSplat(expr) => CallArg::PosSplat(self.deep(expr)?),
                CallArg::KwargSplat(expr) => CallArg::KwargSplat(self.deep(expr)?),
            })
        };
        args.iter().map(arg).collect()
    }

    /// A call keeps its form, by which the compiler tells functions from methods.
    fn call<'a>(&mut self, it: &ast::Call<'a>) -> Made<ast::Call<'a>> {
        let expr = match &it.expr {
            Expr::GetAttr(attr) => {
                let expr = self.deep(&attr.expr)?;
                Expr::GetAttr(Spanned::new(ast::GetAttr { expr, name: attr.name }, attr.span()))
            }
            other => self.expr(other)?,
        };
        Ok(ast::Call { expr, args: self.args(&it.args)? })
    }

    fn expr<'a>(&mut self, expr: &Expr<'a>) -> Made<Expr<'a>> {
        self.deeper(|this| this.expr_of(expr))
    }

    fn expr_of<'a>(&mut self, expr: &Expr<'a>) -> Made<Expr<'a>> {
        Ok(match expr {
            Expr::Var(it) => Expr::Var(Spanned::new(ast::Var { id: it.id }, it.span())),
            Expr::Const(it) => Expr::Const(Spanned::new(ast::Const { value: it.value.clone() }, it.span())),
            Expr::Slice(it) => {
                let made = ast::Slice {
                    expr: self.expr(&it.expr)?,
                    start: self.option(&it.start)?,
                    stop: self.option(&it.stop)?,
                    step: self.option(&it.step)?,
                };
                filter(EAGER, Expr::Slice(Spanned::new(made, it.span())))
            }
            Expr::UnaryOp(it) => {
                #[expect(clippy::needless_match, reason = "the library's type can't be copied")]
                let op = match it.op {
                    ast::UnaryOpKind::Not => ast::UnaryOpKind::Not,
                    ast::UnaryOpKind::Neg => ast::UnaryOpKind::Neg,
                };
                Expr::UnaryOp(Spanned::new(ast::UnaryOp { op, expr: self.expr(&it.expr)? }, it.span()))
            }
            Expr::BinOp(it) => {
                let lists = matches!(it.op, BinOpKind::Add | BinOpKind::Mul);
                let either = matches!(it.op, BinOpKind::ScAnd | BinOpKind::ScOr);
                let mut side = |side| if lists || either { self.expr(side) } else { self.deep(side) };
                let made = ast::BinOp { op: it.op, left: side(&it.left)?, right: side(&it.right)? };
                let made = Expr::BinOp(Spanned::new(made, it.span()));
                if lists { filter(EAGER, made) } else { made }
            }
            Expr::Compare(it) => {
                let op =
                    |op: &ast::CompareOp<'a>| Ok(ast::CompareOp { op: op.op, expr: self.deep(&op.expr)? });
                let ops = it.ops.iter().map(op).collect::<Made<_>>()?;
                Expr::Compare(Spanned::new(ast::Compare { expr: self.deep(&it.expr)?, ops }, it.span()))
            }
            Expr::IfExpr(it) => {
                let made = ast::IfExpr {
                    test_expr: self.expr(&it.test_expr)?,
                    true_expr: self.expr(&it.true_expr)?,
                    false_expr: self.option(&it.false_expr)?,
                };
                Expr::IfExpr(Spanned::new(made, it.span()))
            }
            Expr::Filter(it) => {
                let shallow = SHALLOW_FILTERS.contains(&it.name);
                let expr =
                    it.expr.as_ref().map(|expr| if shallow { self.expr(expr) } else { self.deep(expr) });
                let made = ast::Filter { name: it.name, expr: expr.transpose()?, args: self.args(&it.args)? };
                let made = Expr::Filter(Spanned::new(made, it.span()));
                // Some make their lists later.
                if it.expr.is_some() { filter(EAGER, made) } else { made }
            }
            Expr::Test(it) => {
                let shallow = SHALLOW_TESTS.contains(&it.name);
                let expr = if shallow { self.expr(&it.expr)? } else { self.deep(&it.expr)? };
                let made = ast::Test { name: it.name, expr, args: self.args(&it.args)? };
                Expr::Test(Spanned::new(made, it.span()))
            }
            Expr::GetAttr(it) => {
                let made = ast::GetAttr { expr: self.expr(&it.expr)?, name: it.name };
                Expr::GetAttr(Spanned::new(made, it.span()))
            }
            Expr::GetItem(it) => {
                let made = ast::GetItem {
                    expr: self.expr(&it.expr)?,
                    subscript_expr: self.deep(&it.subscript_expr)?,
                };
                Expr::GetItem(Spanned::new(made, it.span()))
            }
            Expr::Call(it) => Expr::Call(Spanned::new(self.call(it)?, it.span())),
            Expr::List(it) => {
                let made = Expr::List(Spanned::new(ast::List { items: self.exprs(&it.items)? }, it.span()));
                filter(DEEP, made)
            }
            Expr::Tuple(it) => {
                let made = Expr::Tuple(Spanned::new(ast::Tuple { items: self.exprs(&it.items)? }, it.span()));
                filter(DEEP, made)
            }
            Expr::Map(it) => {
                let made = ast::Map { keys: self.exprs(&it.keys)?, values: self.exprs(&it.values)? };
                filter(DEEP, Expr::Map(Spanned::new(made, it.span())))
            }
        })
    }
}

fn filter<'a>(name: &'static str, expr: Expr<'a>) -> Expr<'a> {
    let span = expr.span();
    Expr::Filter(Spanned::new(ast::Filter { name, expr: Some(expr), args: Vec::new() }, span))
}

fn unknown() -> Error {
    Error::new(ErrorKind::SyntaxError, "a kind of statement that chat templates do not have")
}
