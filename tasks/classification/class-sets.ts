/** Data sets of zero-shot classification that are known by name. */

/** A data set of pictures by class, of which the user has a copy. */
export interface ClassSet {
  /** The task's name. */
  name: string;
  title: string;
  /** Sentences with `{}` for the class name; several take turns. */
  templates: readonly string[];
  /** Classes and pictures of the test split. */
  classes: number | undefined;
  count: number | undefined;
  /** The split to read where there are several, as file names begin. */
  splits: readonly string[];
  /**
   * How its classes are ImageNet's, so that models that know classes can be asked for them: by WordNet id, place or
   * label; the same, of ImageNet-A's 200 classes alone; or by ObjectNet's own mappings, of the 113 that both have.
   */
  imagenet?: 'all' | 'imagenet-a' | 'objectnet';
  /** What names the classes where neither folders nor Parquet files do; for reading labels that are numbers. */
  names?: readonly string[];
  source: string;
  /** The data set on the Hub that `--data` may name, and what of it is read. */
  hub?: { repo: string; choices: readonly (readonly string[])[] };
  citation: string;
}

/** Any folder of class folders, or Parquet files with pictures and labels. */
export const IMAGE_FOLDER = 'imagefolder';

const SPLITS = ['test', 'validation', 'val', 'train'];
const PHOTO = ['a photo of a {}.'];

/**
 * The data sets of Li et al. 2023, "Your Diffusion Model is Secretly a Zero-Shot Classifier". Where CLIP was published
 * with prompts for one, its template is the first of them; see `clipPrompts` for all.
 */
export const classSets: readonly ClassSet[] = [
  {
    name: IMAGE_FOLDER,
    title: 'Zero-shot classification',
    templates: PHOTO,
    classes: undefined,
    count: undefined,
    splits: SPLITS,
    source: 'your own',
    citation: '',
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10',
    templates: PHOTO,
    classes: 10,
    count: 10_000,
    splits: SPLITS,
    names: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
    source: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    hub: { repo: 'uoft-cs/cifar10', choices: [['plain_text/test-*.parquet'], ['data/test-*.parquet']] },
    citation: 'Krizhevsky: Learning Multiple Layers of Features from Tiny Images. 2009.',
  },
  {
    name: 'stl10',
    title: 'STL-10',
    templates: PHOTO,
    classes: 10,
    count: 8000,
    splits: SPLITS,
    names: ['airplane', 'bird', 'car', 'cat', 'deer', 'dog', 'horse', 'monkey', 'ship', 'truck'],
    source: 'https://cs.stanford.edu/~acoates/stl10/',
    citation:
      'Coates, Lee, Ng: An Analysis of Single-Layer Networks in Unsupervised Feature Learning. AISTATS 2011.',
  },
  {
    name: 'food101',
    title: 'Food-101',
    templates: ['a photo of {}, a type of food.'],
    classes: 101,
    count: 25_250,
    splits: SPLITS,
    source: 'https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/',
    hub: { repo: 'ethz/food101', choices: [['data/validation-*.parquet']] },
    citation:
      'Bossard, Guillaumin, Van Gool: Food-101 – Mining Discriminative Components with Random Forests. ECCV 2014.',
  },
  {
    name: 'pets',
    title: 'Oxford-IIIT Pets',
    templates: ['a photo of a {}, a type of pet.'],
    classes: 37,
    count: 3669,
    splits: SPLITS,
    source: 'https://www.robots.ox.ac.uk/~vgg/data/pets/',
    hub: { repo: 'timm/oxford-iiit-pet', choices: [['data/test-*.parquet']] },
    citation: 'Parkhi, Vedaldi, Zisserman, Jawahar: Cats and Dogs. CVPR 2012.',
  },
  {
    name: 'flowers102',
    title: 'Oxford Flowers 102',
    templates: ['a photo of a {}, a type of flower.'],
    classes: 102,
    count: 6149,
    splits: SPLITS,
    source: 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/',
    citation:
      'Nilsback, Zisserman: Automated Flower Classification over a Large Number of Classes. ICVGIP 2008.',
  },
  {
    name: 'aircraft',
    title: 'FGVC-Aircraft',
    templates: ['a photo of a {}, a type of aircraft.'],
    classes: 100,
    count: 3333,
    splits: SPLITS,
    source: 'https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/',
    citation:
      'Maji, Rahtu, Kannala, Blaschko, Vedaldi: Fine-Grained Visual Classification of Aircraft. 2013.',
  },
  {
    name: 'imagenet',
    title: 'ImageNet (ILSVRC 2012, validation)',
    templates: PHOTO,
    classes: 1000,
    count: 50_000,
    splits: ['validation', 'val', 'test', 'train'],
    source: 'https://www.image-net.org/',
    hub: { repo: 'ILSVRC/imagenet-1k', choices: [['data/validation-*.parquet']] },
    imagenet: 'all',
    citation: 'Russakovsky et al.: ImageNet Large Scale Visual Recognition Challenge. IJCV 2015.',
  },
  {
    name: 'imagenet-v2',
    title: 'ImageNet-V2 (matched frequency)',
    templates: PHOTO,
    classes: 1000,
    count: 10_000,
    splits: SPLITS,
    source: 'https://github.com/modestyachts/ImageNetV2',
    imagenet: 'all',
    citation: 'Recht, Roelofs, Schmidt, Shankar: Do ImageNet Classifiers Generalize to ImageNet? ICML 2019.',
  },
  {
    name: 'imagenet-a',
    title: 'ImageNet-A',
    templates: PHOTO,
    classes: 200,
    count: 7500,
    splits: SPLITS,
    source: 'https://github.com/hendrycks/natural-adv-examples',
    imagenet: 'imagenet-a',
    citation: 'Hendrycks, Zhao, Basart, Steinhardt, Song: Natural Adversarial Examples. CVPR 2021.',
  },
  {
    name: 'objectnet-imagenet',
    title: 'ObjectNet, the classes that ImageNet has too',
    templates: PHOTO,
    classes: 113,
    count: 18_574,
    splits: SPLITS,
    source: 'https://objectnet.dev/',
    imagenet: 'objectnet',
    citation:
      'Barbu et al.: ObjectNet: A Large-Scale Bias-Controlled Dataset for Pushing the Limits of Object Recognition Models. NeurIPS 2019.',
  },
  {
    name: 'objectnet',
    title: 'ObjectNet',
    templates: PHOTO,
    classes: 313,
    count: 50_273,
    splits: SPLITS,
    source: 'https://objectnet.dev/',
    citation:
      'Barbu et al.: ObjectNet: A Large-Scale Bias-Controlled Dataset for Pushing the Limits of Object Recognition Models. NeurIPS 2019.',
  },
];

/** The data set of that name. */
export function findClassSet(name: string): ClassSet | undefined {
  return classSets.find((set) => set.name === name);
}
