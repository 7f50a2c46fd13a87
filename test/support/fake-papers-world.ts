/** A small literature: papers that cite each other, the same for all services of `fake-papers.ts`. */
import { createHash } from "node:crypto";

export interface WorldPaper {
  readonly key: string;
  readonly title: string;
  /** `Given Family`. */
  readonly authors: readonly string[];
  readonly year: number;
  readonly cites: readonly string[];
  readonly citations: number;
  readonly arxiv?: string;
  readonly doi?: string;
  readonly venue?: string;
  readonly kind?: "conference" | "journal" | "book";
  readonly volume?: string;
  readonly pages?: string;
  readonly abstract?: string;
  /** Where a free PDF lies, beside arXiv. */
  readonly pdf?: string;
  /** Semantic Scholar may not tell what it cites. */
  readonly isClosed?: boolean;
  /** Services that do not know it. */
  readonly unknownTo?: readonly string[];
}

export const s2Id = ({ key }: WorldPaper) => createHash("sha1").update(key).digest("hex");
export const workId = (paper: WorldPaper) => `W${1_000 + world.indexOf(paper)}`;
export const authorId = (name: string) => String(10_000 + people.indexOf(name));

const papers: readonly WorldPaper[] = [
  {
    key: "attention",
    title: "Attention Is All You Need",
    authors: ["Ashish Vaswani", "Noam Shazeer", "Niki Parmar", "Illia Polosukhin"],
    year: 2017,
    cites: ["bahdanau", "seq2seq", "lstm", "resnet", "adam", "layernorm", "dropout"],
    citations: 120_000,
    arxiv: "1706.03762",
    venue: "Neural Information Processing Systems",
    kind: "conference",
    pages: "5998 - 6008",
    abstract: "The dominant sequence transduction models are based on recurrent networks. We propose the Transformer.",
  },
  {
    key: "bert",
    title: "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    authors: ["Jacob Devlin", "Ming-Wei Chang", "Kristina Toutanova"],
    year: 2019,
    cites: ["attention", "elmo", "adam", "word2vec", "gpt"],
    citations: 90_000,
    arxiv: "1810.04805",
    doi: "10.18653/v1/N19-1423",
    venue: "North American Chapter of the Association for Computational Linguistics",
    kind: "conference",
    pages: "4171-4186",
    abstract: "We introduce a language representation model named BERT, which stands for Transformers.",
    pdf: "http://aclanthology.test/N19-1423.pdf",
  },
  {
    key: "gpt3",
    title: "Language Models are Few-Shot Learners",
    authors: ["Tom B. Brown", "Benjamin Mann", "Dario Amodei"],
    year: 2020,
    cites: ["attention", "bert", "gpt2", "gpt", "adam", "t5"],
    citations: 40_000,
    arxiv: "2005.14165",
    venue: "Neural Information Processing Systems",
    kind: "conference",
    abstract: "Scaling up language models greatly improves few-shot performance.",
  },
  {
    key: "gpt2",
    title: "Language Models are Unsupervised Multitask Learners",
    authors: ["Alec Radford", "Jeffrey Wu"],
    year: 2019,
    cites: ["attention", "gpt", "elmo", "bert"],
    citations: 20_000,
    unknownTo: ["crossref"],
  },
  {
    key: "gpt",
    title: "Improving Language Understanding by Generative Pre-Training",
    authors: ["Alec Radford", "Karthik Narasimhan"],
    year: 2018,
    cites: ["attention", "elmo", "adam", "word2vec"],
    citations: 12_000,
    unknownTo: ["crossref"],
  },
  {
    key: "t5",
    title: "Exploring the Limits of Transfer Learning with a Unified Text-to-Text Transformer",
    authors: ["Colin Raffel", "Noam Shazeer"],
    year: 2020,
    cites: ["attention", "bert", "gpt2", "elmo"],
    citations: 18_000,
    arxiv: "1910.10683",
    venue: "Journal of Machine Learning Research",
    kind: "journal",
    volume: "21",
    pages: "1-67",
  },
  {
    key: "vit",
    title: "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
    authors: ["Alexey Dosovitskiy", "Lucas Beyer"],
    year: 2021,
    cites: ["attention", "bert", "resnet", "adam"],
    citations: 35_000,
    arxiv: "2010.11929",
  },
  {
    key: "elmo",
    title: "Deep Contextualized Word Representations",
    authors: ["Matthew E. Peters", "Mark Neumann"],
    year: 2018,
    cites: ["lstm", "word2vec", "dropout"],
    citations: 11_000,
    arxiv: "1802.05365",
    doi: "10.18653/v1/N18-1202",
  },
  {
    key: "bahdanau",
    title: "Neural Machine Translation by Jointly Learning to Align and Translate",
    authors: ["Dzmitry Bahdanau", "Kyunghyun Cho", "Yoshua Bengio"],
    year: 2015,
    cites: ["seq2seq", "lstm"],
    citations: 27_000,
    arxiv: "1409.0473",
  },
  {
    key: "seq2seq",
    title: "Sequence to Sequence Learning with Neural Networks",
    authors: ["Ilya Sutskever", "Oriol Vinyals", "Quoc V. Le"],
    year: 2014,
    cites: ["lstm"],
    citations: 20_500,
    arxiv: "1409.3215",
  },
  {
    key: "resnet",
    title: "Deep Residual Learning for Image Recognition",
    authors: ["Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun"],
    year: 2016,
    cites: ["batchnorm", "lstm"],
    citations: 190_000,
    arxiv: "1512.03385",
    doi: "10.1109/CVPR.2016.90",
    venue: "Computer Vision and Pattern Recognition",
    kind: "conference",
    pages: "770-778",
  },
  {
    key: "adam",
    title: "Adam: A Method for Stochastic Optimization",
    authors: ["Diederik P. Kingma", "Jimmy Ba"],
    year: 2015,
    cites: ["dropout"],
    citations: 150_000,
    arxiv: "1412.6980",
  },
  {
    key: "layernorm",
    title: "Layer Normalization",
    authors: ["Jimmy Ba", "Jamie Ryan Kiros", "Geoffrey E. Hinton"],
    year: 2016,
    cites: ["batchnorm", "lstm", "adam"],
    citations: 10_000,
    arxiv: "1607.06450",
  },
  {
    key: "batchnorm",
    title: "Batch Normalization: Accelerating Deep Network Training",
    authors: ["Sergey Ioffe", "Christian Szegedy"],
    year: 2015,
    cites: ["dropout", "adam"],
    citations: 45_000,
    arxiv: "1502.03167",
  },
  {
    key: "dropout",
    title: "Dropout: A Simple Way to Prevent Neural Networks from Overfitting",
    authors: ["Nitish Srivastava", "Geoffrey E. Hinton"],
    year: 2014,
    cites: [],
    citations: 40_500,
    venue: "Journal of Machine Learning Research",
    kind: "journal",
    volume: "15",
    pages: "1929-1958",
  },
  {
    key: "word2vec",
    title: "Efficient Estimation of Word Representations in Vector Space",
    authors: ["Tomas Mikolov", "Kai Chen"],
    year: 2013,
    cites: [],
    citations: 32_000,
    arxiv: "1301.3781",
  },
  {
    key: "lstm",
    title: "Long Short-Term Memory",
    authors: ["Sepp Hochreiter", "Jürgen Schmidhuber"],
    year: 1997,
    cites: [],
    citations: 95_000,
    doi: "10.1162/neco.1997.9.8.1735",
    venue: "Neural Computation",
    kind: "journal",
    volume: "9",
    pages: "1735-1780",
    abstract: "Learning to store information over extended time intervals takes a very long time.",
    pdf: "http://journals.test/lstm.pdf",
  },
  {
    key: "sagas",
    title: "Sagas & 100% of the Café_Costs: The {X} of $y",
    authors: ["Ludwig van Beethoven", "Sammy Davis Jr.", "王伟"],
    year: 2001,
    cites: ["twin"],
    citations: 3,
    doi: "10.5555/(sici)1097,<3>",
    kind: "book",
    venue: "House of Books",
    abstract: "Costs of cafés.",
    isClosed: true,
  },
  {
    key: "twin",
    title: "Round and Round: Two Papers that Cite Each Other",
    authors: ["Ludwig van Beethoven"],
    year: 2001,
    cites: ["sagas"],
    citations: 1,
    doi: "10.5555/twin",
    unknownTo: ["s2"],
  },
];

/** More papers than a page holds, all of which cite one. */
const fillers: readonly WorldPaper[] = Array.from({ length: 1_150 }, (_, at) => ({
  key: `filler-${at}`,
  title: `Filler study number ${at} of plenty`,
  authors: ["Fred Filler"],
  year: 1990 + (at % 30),
  cites: ["word2vec"],
  citations: at,
  doi: `10.5555/filler.${at}`,
}));

export const world: readonly WorldPaper[] = [...papers, ...fillers];
export const byKey = new Map(world.map((paper) => [paper.key, paper]));
export const citing = (paper: WorldPaper) => world.filter(({ cites }) => cites.includes(paper.key));
export const people = [...new Set(world.flatMap(({ authors }) => authors))];

/** Words of a search, each of which must be in it. */
export function matches(paper: WorldPaper, query: string): boolean {
  const text = `${paper.title} ${paper.abstract ?? ""} ${paper.authors.join(" ")}`.toLowerCase();
  return query
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .every((word) => text.includes(word));
}

export const isOpen = ({ arxiv, pdf }: WorldPaper) => arxiv !== undefined || pdf !== undefined;

/** What a service knows, most cited first. */
export function knownTo(service: string): WorldPaper[] {
  return world.filter(({ unknownTo }) => !unknownTo?.includes(service)).toSorted((a, b) => b.citations - a.citations);
}
