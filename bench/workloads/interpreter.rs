//! An interpreter's heap: a little language of boxed expressions, whose values (numbers, shared
//! strings, lists) are made and dropped at every step.
use std::collections::HashMap;
use std::rc::Rc;

#[derive(Clone)]
enum Value {
    Number(i64),
    Text(Rc<str>),
    List(Rc<Vec<Value>>),
}

enum Expression {
    Constant(Value),
    Variable(&'static str),
    Add(Box<Expression>, Box<Expression>),
    Less(Box<Expression>, Box<Expression>),
    Append(Box<Expression>, Box<Expression>),
    Length(Box<Expression>),
}

enum Statement {
    Set(&'static str, Expression),
    While(Expression, Vec<Statement>),
}

type Environment = HashMap<String, Value>;

fn evaluate(expression: &Expression, environment: &Environment) -> Value {
    use Expression::*;
    match expression {
        Constant(value) => value.clone(),
        Variable(name) => environment.get(*name).cloned().unwrap_or(Value::Number(0)),
        Add(left, right) => match (evaluate(left, environment), evaluate(right, environment)) {
            (Value::Number(a), Value::Number(b)) => Value::Number(a.wrapping_add(b)),
            (Value::Text(a), Value::Text(b)) => Value::Text(format!("{a}{b}").into()),
            (Value::Text(a), Value::Number(b)) => Value::Text(format!("{a}{b}").into()),
            (left, _) => left,
        },
        Less(left, right) => match (evaluate(left, environment), evaluate(right, environment)) {
            (Value::Number(a), Value::Number(b)) => Value::Number(i64::from(a < b)),
            _ => Value::Number(0),
        },
        Append(list, item) => {
            let mut items = match evaluate(list, environment) {
                Value::List(items) => Vec::clone(&items),
                _ => Vec::new(),
            };
            if items.len() >= 24 {
                items.drain(..12);
            }
            items.push(evaluate(item, environment));
            Value::List(Rc::new(items))
        }
        Length(of) => match evaluate(of, environment) {
            Value::Text(text) => Value::Number(text.len() as i64),
            Value::List(items) => Value::Number(items.len() as i64),
            number => number,
        },
    }
}

fn execute(statements: &[Statement], environment: &mut Environment) {
    for statement in statements {
        match statement {
            Statement::Set(name, expression) => {
                let value = evaluate(expression, environment);
                environment.insert((*name).to_string(), value);
            }
            Statement::While(condition, body) => {
                while matches!(evaluate(condition, environment), Value::Number(1)) {
                    execute(body, environment);
                }
            }
        }
    }
}

fn number(value: i64) -> Box<Expression> {
    Box::new(Expression::Constant(Value::Number(value)))
}

fn variable(name: &'static str) -> Box<Expression> {
    Box::new(Expression::Variable(name))
}

/// i = 0; while i < rounds { i = i + 1; text = "item " + i; list = list ++ text; total = total + len(text) + len(list) }
fn program(rounds: i64) -> Vec<Statement> {
    use Expression::{Add, Append, Constant, Length, Less};
    use Statement::{Set, While};
    let label = Box::new(Constant(Value::Text("item ".into())));
    let lengths = Add(Box::new(Length(variable("text"))), Box::new(Length(variable("list"))));
    vec![
        Set("i", *number(0)),
        While(
            Less(variable("i"), number(rounds)),
            vec![
                Set("i", Add(variable("i"), number(1))),
                Set("text", Add(label, variable("i"))),
                Set("list", Append(variable("list"), variable("text"))),
                Set("total", Add(variable("total"), Box::new(lengths))),
            ],
        ),
    ]
}

fn main() {
    let rounds: i64 = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let mut environment = Environment::new();
    execute(&program(rounds), &mut environment);
    if let Some(Value::Number(total)) = environment.get("total") {
        println!("interpreter {total}");
    }
}
